export const STORE_ACTIONS = ["add", "take", "upgrade"] as const;
