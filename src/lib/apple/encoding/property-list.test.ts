import fc from "fast-check";
import { build } from "plist";
import { expect, test } from "vitest";
import { parsePropertyList } from "./property-list.ts";
import { createPropertyList } from "#support/apple/openssl.ts";

test("reads top-level texts, dates and numbers as they are written", () => {
  const found = parsePropertyList(
    createPropertyList(`
      <!-- a comment with <key>Name</key> in it -->
      <key>Name</key><string>東京 &amp; &#22823;&#x962A;<![CDATA[ <b> ]]></string>
      <key>Inner</key><dict><key>Name</key><string>inner</string></dict>
      <key>List</key><array><string>a</string><dict/></array>
      <key>Date</key><date>2027-03-01T05:00:00Z</date>
      <key>On</key><true/><key>Empty</key><string/><key>Data</key><data> QUJD </data>`),
  );
  expect(found?.get("Name")).toBe("東京 & 大阪 <b> ");
  expect(found?.get("Date")).toBe("2027-03-01T05:00:00Z");
  expect(found?.get("Empty")).toBe("");
  expect([...(found?.keys() ?? [])]).toEqual(["Name", "Inner", "List", "Date", "On", "Empty", "Data"]);
});

test("reads what the package plist writes", () => {
  const character = fc.string({ unit: fc.constantFrom("a", "<", "&", ">", '"', "'", "]]>", "東", " ") });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z]{1,8}$/), character)), (entries) => {
      const unique = new Map(entries);
      const found = parsePropertyList(build(Object.fromEntries(unique)));
      expect([...(found ?? [])]).toEqual([...unique]);
    }),
  );
});

const list = (content: string): string => `<plist version="1.0"><dict>${content}</dict></plist>`;

test.each([
  ["a declared entity", '<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict></dict></plist>'],
  ["an end too many", "<plist></dict></plist>"],
  ["no end", "<plist><dict><key>a</key><string>b</string>"],
  ["another root", "<html><dict></dict></html>"],
  ["a comment without an end", "<plist><!-- <dict></dict></plist>"],
  ["nothing", ""],
  ["an entity that nobody knows", list("<key>a</key><string>&lol;</string>")],
  ["an & alone", list("<key>a</key><string>a & b</string>")],
  ["two hyphens in a comment", list("<!-- a -- b -->")],
  ["a declaration in the middle", list('<?xml version="1.0"?>')],
  ["another version", '<?xml version="1.1"?><plist><dict/></plist>'],
  ["an odd attribute", '<plist version="1.0" <><dict/></plist>'],
  ["an attribute of a key", list('<key a="b">a</key><true/>')],
  ["a control character", list("<key>a</key><string>\u0001</string>")],
  ["a byte that is no UTF-8", list("<key>a</key><string>\ufffd</string>")],
  ["text before the root", "a<plist><dict/></plist>"],
  ["text after it", "<plist><dict/></plist>a"],
  ["a second root", "<plist><dict/></plist><plist><dict/></plist>"],
  ["a second dictionary", "<plist><dict/><dict/></plist>"],
  ["a root without one", "<plist></plist>"],
  ["a value without a key", list("<true/>")],
  ["two keys", list("<key>a</key><key>b</key><true/>")],
  ["a key without a value", list("<key>a</key>")],
  ["a key in a list", list("<key>a</key><array><key>b</key></array>")],
  ["an unknown element", list("<key>a</key><text>b</text>")],
  ["text in a dictionary", list("a")],
  ["no date", list("<key>a</key><date>2027-13-01T00:00:00Z</date>")],
  ["no number", list("<key>a</key><integer>1.5</integer>")],
  ["no base64", list("<key>a</key><data>?</data>")],
  ["an odd document type", '<!DOCTYPE plist PUBLIC "-//App\u00e9//" "http://a"><plist><dict/></plist>'],
  ["a document type after the root", '<plist><dict/></plist><!DOCTYPE plist SYSTEM "a">'],
  ["a tag that is cut off", "<plist><dict/></plist"],
])("refuses a property list with %s", (_, xml) => expect(parsePropertyList(xml)).toBeUndefined());

test("deep and long input does not overflow the stack", () => {
  const deep = "<array>".repeat(100_000) + "</array>".repeat(60_000);
  expect(parsePropertyList(createPropertyList(`<key>a</key>${deep}`))).toBeUndefined();
  expect(parsePropertyList(createPropertyList(`<key>a</key><string>${"x".repeat(2 ** 20)}</string>`))).toBeUndefined();
  expect(parsePropertyList("<a ".repeat(300_000))).toBeUndefined();
  expect(parsePropertyList("<!--".repeat(200_000))).toBeUndefined();
});
