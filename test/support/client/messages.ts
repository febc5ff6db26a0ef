import { afterAll } from "vitest";

// the program replaces these classes of the platform with lighter ones, and a Hono server replaces them with its own:
// restore them for the next test file
const kept = Object.entries({ Headers, Request, Response });

afterAll(() => {
  for (const [name, value] of kept) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
});
