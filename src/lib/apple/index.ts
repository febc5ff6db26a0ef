export { readExpiring, readRenewables, readRenewablesPartly } from "./read.ts";
export { readSigningRequest, type SigningRequest } from "./signing-request.ts";
export type { Evidence, Renewable } from "./renewable.ts";
