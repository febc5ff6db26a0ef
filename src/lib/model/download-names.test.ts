import { expect, test } from "vitest";
import { CONTENT_TOKEN_NAME_PATTERN, SERVER_TOKEN_NAME_PATTERN, parseFileNamePart } from "./download-names.ts";

const COPIES = ["", " (1)", "-3", " 2", " copy 2", "のコピー 2", " - コピー (2)"];

test.each(COPIES)("reads the name of a copy that ends with %j", (copy) => {
  const server = `folder/本社_Token_2026-03-01T05-00-00Z_smime${copy}.p7m`;
  expect(parseFileNamePart(SERVER_TOKEN_NAME_PATTERN, server, "server")).toBe("本社");
  expect(parseFileNamePart(SERVER_TOKEN_NAME_PATTERN, server.normalize("NFD"), "time")).toBe("05-00-00");
  expect(parseFileNamePart(CONTENT_TOKEN_NAME_PATTERN, `sToken_for_Tokyo 2_${copy}.vpptoken`, "location")).toBe(
    "Tokyo 2",
  );
  expect(parseFileNamePart(CONTENT_TOKEN_NAME_PATTERN, `sToken_for___${copy}.vpptoken`, "location")).toBe("_");
});

test.each<[string, string | null]>([
  ["sToken_for_Tokyo_-1_.vpptoken", "Tokyo_-1"],
  ["token.vpptoken", null],
])("%s contains the location %s", (name, location) => {
  expect(parseFileNamePart(CONTENT_TOKEN_NAME_PATTERN, name, "location")).toBe(location);
});
