export { readRenewables, readRenewablesAndErrors, type ReadOptions } from "./read.ts";
export { readSigningRequest, type SigningRequest } from "./signing-request.ts";
export type { SuccessorEvidence, Renewable, RenewableReadResult } from "./renewable.ts";
