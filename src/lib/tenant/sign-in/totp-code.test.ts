import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTotpUri, computeTotpCode, findTotpStep, generateTotpSecret, getTotpStep } from "./totp-code.ts";

/** The key of the RFCs, `12345678901234567890` in ASCII. */
const RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test("RFC 4226, appendix D", () => {
  const codes = Array.from({ length: 10 }, (_, step) => computeTotpCode(RFC_SECRET, step));
  expect(codes).toEqual([
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
  ]);
});

// the RFC has eight digits; an app shows the last six
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("RFC 6238, appendix B: %i seconds", (seconds, code) => {
  expect(computeTotpCode(RFC_SECRET, getTotpStep(seconds * 1000))).toBe(code);
  expect(findTotpStep(RFC_SECRET, code, seconds * 1000)).toBe(getTotpStep(seconds * 1000));
});

test("a secret has 160 random bits, in Base32", () => {
  expect(generateTotpSecret(() => Buffer.from("12345678901234567890"))).toBe(RFC_SECRET);
});

describe("a typed code", () => {
  const now = 1_234_567_890_000;

  test("is accepted one step earlier and later, and no further", () => {
    const found = [-2, -1, 0, 1, 2].map((by) =>
      findTotpStep(RFC_SECRET, computeTotpCode(RFC_SECRET, getTotpStep(now) + by), now),
    );
    const step = getTotpStep(now);
    expect(found).toEqual([undefined, step - 1, step, step + 1, undefined]);
  });

  test("may have spaces and full-width digits", () => {
    expect(findTotpStep(RFC_SECRET, " 005 924 ", now)).toBe(getTotpStep(now));
    expect(findTotpStep(RFC_SECRET, "005924", now)).toBe(getTotpStep(now));
  });

  test("is otherwise refused, whatever it is", () => {
    const valid = [-1, 0, 1].map((by) => computeTotpCode(RFC_SECRET, getTotpStep(now) + by));
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (typed) => {
        fc.pre(!valid.includes(typed.normalize("NFKC").replaceAll(/\s/g, "")));
        expect(findTotpStep(RFC_SECRET, typed, now)).toBeUndefined();
      }),
    );
  });
});

test("the address for apps names the tenant and the account", () => {
  const uri = new URL(buildTotpUri(RFC_SECRET, { issuer: "本社 1", account: "hana:ko" }));
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(["otpauth:", "totp", "/本社 1:hana:ko"]);
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret: RFC_SECRET,
    issuer: "本社 1",
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
});
