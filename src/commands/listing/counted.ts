/** `1 row`, `2 rows`: a count as English has it. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
