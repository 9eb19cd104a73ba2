import type { SourceFile } from './source-file.ts'

/** One place that breaks a rule, with what to do about it. */
export interface Violation {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Looks at one source and says what is wrong with it. */
export type Rule = (file: SourceFile) => Violation[]

/** The violations of those imports for which `judge` has something to say. */
export function judgeImports(
  file: SourceFile,
  judge: (target: string, specifier: string, typeOnly: boolean) => string | undefined,
): Violation[] {
  return file.imports.flatMap(({ target, specifier, typeOnly, line }) => {
    const message = judge(target, specifier, typeOnly)
    return message === undefined ? [] : [{ path: file.path, line, message }]
  })
}
