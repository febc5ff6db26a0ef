export { KEY_STORE_LOCKED } from "./key-store.ts";
export { readExpiring, readRenewables, readRenewablesPartly, type ReadOptions } from "./read.ts";
export { readSigningRequest, type SigningRequest } from "./signing-request.ts";
export type { Evidence, Renewable } from "./renewable.ts";
