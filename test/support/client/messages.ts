import { afterAll } from "vitest";

// the program replaces these classes of the platform with lighter ones, and a Hono server replaces them with its own;
// they are restored for the next test file
const platformClasses = Object.entries({ Headers, Request, Response });

afterAll(() => {
  for (const [name, value] of platformClasses) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
});
