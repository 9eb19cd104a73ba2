// Attempts are counted durably under whole numbers. What is counted under which:

/** Number under which the failures of an event are counted: its position. */
export const failuresOf = (position: number): number => position

/** Number under which the ends of the process that an event may have caused are counted: its position, negated. */
export const crashesOf = (position: number): number => -position

/** Number under which a consumer's starts since its last clean stop are counted, so that a crash is noticed without a write per event. No event has it. */
export const STARTS = 0
