import { describe, expect, test } from "vitest";
import type { Ade } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { inBoth, run } from "../../testing/program.ts";
import { example } from "../../testing/tenant.ts";

const ADE = example<Ade>("ade");
const APPLE: Ade = { ...ADE, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" }, server: null };

test.each([
  ["--apple", { kind: "apple" }],
  ["--simulator http://127.0.0.1:8080", { kind: "simulator", url: "http://127.0.0.1:8080" }],
  ["https://mdm.example.jp", { kind: "other", url: "https://mdm.example.jp" }],
  ["--apple --start-over", { kind: "apple", startOver: true }],
])("%s", async (words, json) => {
  const { exit, requests } = await run(`ade endpoint set ${words}`, { tenant: { setAdeEndpoint: ADE } });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "setAdeEndpoint", json }]);
});

describe("exactly one is given", () => {
  test.each(["", "--apple --simulator http://x", "--apple http://x", "--simulator http://x http://y"])(
    "%j is a usage error",
    async (words) => {
      const { en, ja } = await inBoth(`ade endpoint set ${words}`.trimEnd());
      expect(en).toMatchObject({ exit: 2, requests: [] });
      expect(en.stderr).toContain("give one of --apple, --simulator URL and URL");
      expect(ja.stderr).toContain("どれか 1 つ");
    },
  );
});

test("with Apple, what must never be done to a tenant of CLOMO's is said; with a simulator it is not", async () => {
  const { en, ja } = await inBoth("ade endpoint set --apple", { tenant: { setAdeEndpoint: APPLE } });
  expect(en.stderr).toContain("warning: never upload this public key");
  expect(ja.stderr).toContain("アップロードしないでください");
  const { stderr } = await run("ade endpoint set --simulator http://x", { tenant: { setAdeEndpoint: ADE } });
  expect(stderr).not.toContain("never upload");
});

test("what the tenant refuses is told", async () => {
  const refused = new Failure("not-permitted", { what: text("a mirror", "ミラーです") });
  expect(await run("ade endpoint set --apple", { tenant: { setAdeEndpoint: refused } })).toMatchObject({ exit: 4 });
});
