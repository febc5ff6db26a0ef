/** Where the steps between Apple and the device are done: on the console's screens, or by commands in a tenant of one's own. */
export const THROUGH = ["console", "commands"] as const;

export type Through = (typeof THROUGH)[number];
