export type * from "./orgs/operations.ts";
import type { Operations } from "./operation.ts";

/** The nouns of the tenant API, each loaded when it is first needed. A noun is the first part of its paths. */
export const OPERATIONS = {
  orgs: async () => (await import("./orgs/operations.ts")).orgs,
} as const satisfies Readonly<Record<string, () => Promise<Operations>>>;

export type OperationNoun = keyof typeof OPERATIONS;
export type OperationsOf<N extends OperationNoun> = Awaited<ReturnType<(typeof OPERATIONS)[N]>>;
