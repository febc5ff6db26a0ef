import { afterAll } from "vitest";

/** Puts the platform's messages back once the tests of a file are done: a server of Hono's replaces them. */
export function putMessagesBack(): void {
  const kept = Object.entries({ Request, Response });
  afterAll(() => {
    for (const [name, value] of kept) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  });
}
