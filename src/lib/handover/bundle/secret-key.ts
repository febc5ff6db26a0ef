/** A secret key of age as it is typed or pasted, also behind comments. The name of a file that is called like one is none. */
const SECRET_KEY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{8}/i;

/** Returns whether a text has a secret key of age; both sides of encryption ask, so that no message repeats one. */
export const hasSecretKey = (typed: string): boolean => SECRET_KEY.test(typed);
