/**
 * Carries a request to a tenant and returns its answer. In process it is the tenant's own `app.fetch`; over a socket
 * see {@link ./socket.ts}.
 *
 * @throws Failure `unavailable` when the other side cannot be reached after retries
 */
export type Transport = (request: Request) => Promise<Response>;
