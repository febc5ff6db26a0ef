import { afterAll } from "vitest";

// the program replaces the platform's messages by lighter ones, a server of Hono's by its own: the next file has them back
const kept = Object.entries({ Headers, Request, Response });

afterAll(() => {
  for (const [name, value] of kept) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
});
