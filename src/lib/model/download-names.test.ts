import { expect, test } from "vitest";
import { CONTENT_TOKEN_NAME, SERVER_TOKEN_NAME, toldByName } from "./download-names.ts";

/** As Chrome, Firefox, Safari, the Finder and Windows name copies. */
const COPIES = [
  "",
  " (1)",
  "(2)",
  "-3",
  " 2",
  " copy",
  " copy 2",
  " のコピー",
  "のコピー 2",
  " - コピー",
  " - コピー (2)",
  " - Copy",
  " (1) - Copy",
];

test.each(COPIES)("a copy whose name ends with %j tells what the file tells", (copy) => {
  const server = `folder/本社_Token_2026-03-01T05-00-00Z_smime${copy}.p7m`;
  expect(toldByName(SERVER_TOKEN_NAME, server, "server")).toBe("本社");
  expect(toldByName(SERVER_TOKEN_NAME, server.normalize("NFD"), "time")).toBe("05-00-00");
  expect(toldByName(CONTENT_TOKEN_NAME, `sToken_for_Tokyo 2_${copy}.vpptoken`, "location")).toBe("Tokyo 2");
  expect(toldByName(CONTENT_TOKEN_NAME, `sToken_for___${copy}.vpptoken`, "location")).toBe("_");
});

test.each<[string, string | null]>([
  ["sToken_for_Tokyo-1.vpptoken", "Tokyo-1"],
  ["sToken_for_Tokyo_-1_.vpptoken", "Tokyo_-1"],
  ["sToken_for_Tokyo (1).vpptoken", "Tokyo"],
  ["token.vpptoken", null],
])("%s tells the location %s", (name, location) => {
  expect(toldByName(CONTENT_TOKEN_NAME, name, "location")).toBe(location);
});

test("what is added without being a copy is another name", () => {
  expect(toldByName(SERVER_TOKEN_NAME, "a_Token_2026-03-01T05-00-00Z_smime old.p7m", "server")).toBeNull();
});

test("a hostile name takes no longer than another", () => {
  const before = performance.now();
  const name = `a_Token_2026-03-01T05-00-00Z_smime${" copy 2 (1) - Copy (2)-1".repeat(1000)}.p7x`;
  expect(toldByName(SERVER_TOKEN_NAME, name, "server")).toBeNull();
  expect(performance.now() - before).toBeLessThan(1000);
});
