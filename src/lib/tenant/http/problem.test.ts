import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { thrown } from "./problem.ts";

const answer = async (error: Error) =>
  (await thrown(error).json()) as { type: string; detail: { en: string; ja: string } };

describe("an error nobody expected", () => {
  it.each([
    [
      "ENOENT: no such file or directory, open '/home/hanako/.clomoctl/tenants/kanto/tenant.db'",
      "no such file or directory, open '…'",
    ],
    ["cannot open file:///srv/tenant/app.js here", "cannot open … here"],
    ["C:\\Users\\hanako\\tenant.db is gone", "… is gone"],
    ["no such table: user\n    at Database.get (/srv/app/database.ts:1:1)", "no such table: user"],
  ])("tells no place of a file and no stack: %s", async (message, told) => {
    const { type, detail } = await answer(new Error(message));
    expect(type).toBe("unexpected");
    expect(detail.en).toMatch(/^the tenant failed unexpectedly: /);
    expect(detail.en.endsWith(told)).toBe(true);
    expect(detail.ja.endsWith(told)).toBe(true);
    expect(detail.en).not.toMatch(/hanako|srv/);
  });

  it("is the request's fault where HTTP says so", async () => {
    expect((await answer(new HTTPException(400))).type).toBe("usage");
    expect(thrown(new HTTPException(415)).status).toBe(415);
  });
});
