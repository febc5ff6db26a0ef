import fc from "fast-check";
import { expect, test } from "vitest";
import { maskPhone } from "./question.ts";

test("a masked number keeps only its shape and its last two digits, and a short one no digits", () => {
  expect(maskPhone("090-1234-5678")).toBe("***-****-**78");
  expect(maskPhone("1234")).toBe("****");
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 +()-]{0,30}$/), (phone) => {
      const hidden = maskPhone(phone);
      expect(hidden).toHaveLength(phone.length);
      expect(hidden.match(/\d/g)?.length ?? 0).toBeLessThanOrEqual(2);
      expect(hidden.replaceAll(/[\d*]/g, "")).toBe(phone.replaceAll(/\d/g, ""));
    }),
  );
});
