import fc from "fast-check";
import { expect, test } from "vitest";
import { masked } from "./question.ts";

test("a masked number keeps its shape and its last two digits, and no more; a short one keeps none", () => {
  expect(masked("090-1234-5678")).toBe("***-****-**78");
  expect(masked("1234")).toBe("****");
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 +()-]{0,30}$/), (phone) => {
      const hidden = masked(phone);
      expect(hidden).toHaveLength(phone.length);
      expect(hidden.match(/\d/g)?.length ?? 0).toBeLessThanOrEqual(2);
      expect(hidden.replaceAll(/[\d*]/g, "")).toBe(phone.replaceAll(/\d/g, ""));
    }),
  );
});
