/** The routes of `serve` itself, by path, and what they return. They need no credentials. */
export const SERVER_ROUTES = {
  "/healthz": {
    id: "healthz",
    summary: "Check that the process is running",
    answer: { description: "The process is running", content: { "application/json": { schema: { type: "object" } } } },
  },
  "/readyz": {
    id: "readyz",
    summary: "Check that the tenant can be used",
    answer: { description: "The tenant can be used", content: { "application/json": { schema: { type: "object" } } } },
  },
  "/openapi.json": {
    id: "openapi",
    summary: "Get this document",
    answer: { description: "This document", content: { "application/json": { schema: { type: "object" } } } },
  },
} as const;

export type ServerPath = keyof typeof SERVER_ROUTES;
