export { readExpiring, readRenewables, readRenewablesPartly } from "./read.ts";
export { readSigningRequest, type SigningRequest } from "./signing-request.ts";
export { MOST_BYTES, type Evidence, type NamedFile, type Renewable } from "./renewable.ts";
