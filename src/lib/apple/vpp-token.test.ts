import { expect, test } from "vitest";
import { readRenewables } from "./index.ts";
import { openVppToken } from "./vpp-token.ts";

const CONTENT = { token: "secret canary", expDate: "2027-03-01T14:00:00+0900", orgName: "株式会社例" };
const written = (content: unknown = CONTENT): string => Buffer.from(JSON.stringify(content)).toString("base64");
const open = (text: string, name = "sToken_for_Tokyo_.vpptoken") => openVppToken({ name, bytes: Buffer.from(text) });

test("the bearer token is the text of the file, regardless of its line breaks", () => {
  const opened = {
    token: written(),
    expiresAt: "2027-03-01T05:00:00Z",
    organisation: "株式会社例",
    location: "Tokyo",
    simulated: false,
  };
  expect(open(written())).toEqual(opened);
  expect(open(`\uFEFF${written().replaceAll(/.{64}/g, "$&\r\n")}\r\n`)).toEqual(opened);
  expect(open(written(), "sToken_for____(1).vpptoken")).toEqual({ ...opened, location: "__" });
  expect(open(written(), "token.txt")).toEqual({ ...opened, location: null });
});

test("recognises a simulator token by its organisation, even if only the date is read", () => {
  const simulated = written({ ...CONTENT, orgName: "SIMULATOR 株式会社例" });
  expect(open(simulated)).toMatchObject({ simulated: true, organisation: "SIMULATOR 株式会社例" });
  expect(open(written({ ...CONTENT, orgName: undefined }))).toMatchObject({ simulated: false, organisation: null });
  const read = (text: string) => readRenewables({ name: "a.vpptoken", bytes: Buffer.from(text) })[0];
  expect(read(simulated)?.simulated).toBe(true);
  expect(read(written())).not.toHaveProperty("simulated");
});

test.each([
  ["empty", ""],
  ["words", "no token"],
  ["JSON in clear", JSON.stringify(CONTENT)],
  ["a list", written([CONTENT])],
  ["no token", written({ ...CONTENT, token: "" })],
  ["no date", written({ ...CONTENT, expDate: "secret canary" })],
  ["a date without time", written({ ...CONTENT, expDate: "2027-03-01" })],
  ["too large", written({ ...CONTENT, more: "x".repeat(1024 * 1024) })],
])("refuses a token without revealing it: %s", (_, text) => {
  const failed = attempted(() => open(text));
  expect(failed).toMatchObject({ code: "input-rejected", where: "sToken_for_Tokyo_.vpptoken", cause: undefined });
  expect(String(failed)).not.toContain("canary");
});

function attempted(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
