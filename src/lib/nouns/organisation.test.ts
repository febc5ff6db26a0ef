import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOrgPath, parseOrgPath } from "./organisation.ts";

describe("paths of organisations", () => {
  it("join names from the top down", () => {
    expect(formatOrgPath(["本社", "営業部"])).toBe("本社/営業部");
    expect(formatOrgPath(["A/B", "C\\D"])).toBe("A\\/B/C\\\\D");
  });

  it("are parsed back into the same names", () => {
    const name = fc.string({ unit: fc.constantFrom("/", "\\", "本", "a", "𠮷"), minLength: 1 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        expect(parseOrgPath(formatOrgPath(names))).toEqual(names);
      }),
    );
  });

  it.each(["", "/", "/本社", "本社/", "本社//営業部", "本社\\", "本社\\n"])("%j is not a valid path", (path) => {
    expect(parseOrgPath(path)).toBeUndefined();
  });
});
