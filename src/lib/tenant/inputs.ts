/** What the inputs of operations are made of. It loads zod, so only requests over a socket and the API document load it. */
export { z } from "zod";
export * from "../contract/shapes.ts";
export * from "../contract/queries.ts";
export * from "../contract/thing-schema.ts";
export * from "../contract/write-requests.ts";
