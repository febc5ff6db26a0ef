/** The routes of `serve` itself, by path: what they return, and who may call them. */
export const SERVER_ROUTES = {
  "/healthz": { id: "healthz", summary: "Tell whether the process runs", isOpen: true },
  "/readyz": { id: "readyz", summary: "Tell whether the tenant can be used", isOpen: true },
  "/openapi.json": { id: "openapi", summary: "Get this document", isOpen: true },
  "/metrics": { id: "metrics", summary: "Get metrics in the text format of Prometheus", isOpen: false },
} as const;

export type ServerPath = keyof typeof SERVER_ROUTES;
