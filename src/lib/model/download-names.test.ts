import { expect, test } from "vitest";
import { CONTENT_TOKEN_NAME_PATTERN, SERVER_TOKEN_NAME_PATTERN } from "./download-names.ts";

test.each(["", " (1)", "-3", " copy 2", "のコピー 2", " - コピー (2)"])("reads the name of a copy%j", (copy) => {
  const server = SERVER_TOKEN_NAME_PATTERN.exec(`本社_Token_2026-03-01T05-00-00Z_smime${copy}.p7m`)?.groups;
  expect(server).toMatchObject({ server: "本社", time: "05-00-00" });
  for (const location of ["Tokyo 2", "_", "Tokyo_-1"])
    expect(CONTENT_TOKEN_NAME_PATTERN.exec(`sToken_for_${location}_${copy}.vpptoken`)?.groups).toEqual({ location });
});
