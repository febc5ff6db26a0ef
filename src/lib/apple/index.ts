export { MOST_BYTES, readExpiring, readRenewables, type ReadOptions } from "./read.ts";
export type { Evidence, NamedFile, Renewable } from "./renewable.ts";
