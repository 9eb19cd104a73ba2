/** Bytes of one text in a list for people: a list of a thousand rows stays within some megabytes. */
export const SHOWN_BYTES_MAX = 8_192

/** JSON text that stands for one that is larger. */
export const TOO_LARGE_TO_SHOW = JSON.stringify(`larger than ${SHOWN_BYTES_MAX} bytes; look at it by itself`)
