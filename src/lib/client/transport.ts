/**
 * Sends a request to a tenant and returns its response. Within one process, this is the tenant's own `app.fetch`; over
 * a socket, see {@link ./socket.ts}.
 *
 * @throws Failure `unavailable` if the tenant cannot be reached, even after retries
 */
export type Transport = (request: Request) => Promise<Response>;
