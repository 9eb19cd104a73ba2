import { foldCase } from 'banyan/kernel'

/** Accents and other marks of Latin, Greek and Cyrillic letters. In other scripts marks are what makes a letter. */
const ACCENTS = /[\u0300-\u036f]/g

/** What a script joins or keeps apart by: few people type it. */
const JOINERS = /[\u200c\u200d]/g

/** Returns the form in which names are searched: without case, accents, joiners and compatibility spellings, so that `ozil` finds `Özil`. */
export function searchForm(text: string): string {
  return foldCase(text.normalize('NFKD').replaceAll(JOINERS, '').replaceAll(ACCENTS, '')).normalize('NFKD').replaceAll(ACCENTS, '')
}
