import { expect, test } from "vitest";
import { findNameAttribute } from "./distinguished-name.ts";

const NAME = String.raw`UID=com.apple.mgmt.External.1
OU=CN=no + CN=several + O=A \+ B\, C
CN=line\0Abreak \\AB
CN=second`;

test("finds the first value of an attribute, regardless of other values", () => {
  expect(findNameAttribute(NAME, "UID")).toBe("com.apple.mgmt.External.1");
  expect(findNameAttribute(NAME, "CN")).toBe("several");
  expect(findNameAttribute(NAME, "O")).toBe("A + B, C");
  expect(findNameAttribute("CN=line\\0Abreak \\\\AB", "CN")).toBe("line\nbreak \\AB");
  expect(findNameAttribute(NAME, "C")).toBeUndefined();
  expect(findNameAttribute(undefined, "CN")).toBeUndefined();
});
