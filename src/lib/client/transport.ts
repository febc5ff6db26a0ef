/** @throws Failure `unavailable` if the tenant cannot be reached, even after retries */
export type Transport = (request: Request) => Promise<Response>;
