import { expect, test } from "vitest";
import { attributeOf } from "./distinguished-name.ts";

const NAME = String.raw`UID=com.apple.mgmt.External.1
OU=CN=no + CN=several + O=A \+ B\, C
CN=line\0Abreak \\AB
CN=second`;

test("the first value of an attribute, whatever stands in other values", () => {
  expect(attributeOf(NAME, "UID")).toBe("com.apple.mgmt.External.1");
  expect(attributeOf(NAME, "CN")).toBe("several");
  expect(attributeOf(NAME, "O")).toBe("A + B, C");
  expect(attributeOf("CN=line\\0Abreak \\\\AB", "CN")).toBe("line\nbreak \\AB");
  expect(attributeOf(NAME, "C")).toBeUndefined();
  expect(attributeOf(undefined, "CN")).toBeUndefined();
});
