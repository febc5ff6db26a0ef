/** The routes of `serve` itself, by path: what they return, and whether they need no credentials. */
export const SERVER_ROUTES = {
  "/healthz": {
    id: "healthz",
    summary: "Check that the process is running",
    isOpen: true,
    answer: { description: "The process is running", content: { "application/json": { schema: { type: "object" } } } },
  },
  "/readyz": {
    id: "readyz",
    summary: "Check that the tenant can be used",
    isOpen: true,
    answer: { description: "The tenant can be used", content: { "application/json": { schema: { type: "object" } } } },
  },
  "/openapi.json": {
    id: "openapi",
    summary: "Get this document",
    isOpen: true,
    answer: { description: "This document", content: { "application/json": { schema: { type: "object" } } } },
  },
  "/metrics": {
    id: "metrics",
    summary: "Get the server's metrics; requires an access token with the right `metrics`",
    isOpen: false,
    answer: {
      description: "Metrics in the text format of Prometheus",
      content: { "text/plain": { schema: { type: "string" } } },
    },
  },
} as const;

export type ServerPath = keyof typeof SERVER_ROUTES;
