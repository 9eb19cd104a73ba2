/** Says what was wrong with a body that was still waiting when everything of its own had answered (S5, law 4). */
export const AWAITED_SOMETHING_ELSE =
  'the body of a transaction or read awaited something other than its own store (a call, a timer, a file, another transaction); ' +
  'it was aborted and left nothing behind; do such work before it and pass in the result'
