import { afterAll } from "vitest";

// the program and the Hono server replace these classes of the platform; they are restored for the next test file
const platformClasses = Object.entries({ Headers, Request, Response });

afterAll(() => {
  for (const [name, value] of platformClasses) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
});
