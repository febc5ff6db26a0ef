import fc from "fast-check";
import { build } from "plist";
import { expect, test } from "vitest";
import { propertiesOf } from "./property-list.ts";
import { propertyList } from "#support/apple/openssl.ts";

test("texts, dates and numbers of the top are read as they are written", () => {
  const found = propertiesOf(
    propertyList(`
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

test("what the package plist writes is read back", () => {
  const character = fc.string({ unit: fc.constantFrom("a", "<", "&", ">", '"', "'", "]]>", "東", " ") });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z]{1,8}$/), character)), (entries) => {
      const unique = new Map(entries);
      const found = propertiesOf(build(Object.fromEntries(unique)));
      expect([...(found ?? [])]).toEqual([...unique]);
    }),
  );
});

test.each([
  ["a declared entity", '<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict></dict></plist>'],
  ["an end too many", "<plist></dict></plist>"],
  ["no end", "<plist><dict><key>a</key><string>b</string>"],
  ["another root", "<html><dict></dict></html>"],
  ["a comment without an end", "<plist><!-- <dict></dict></plist>"],
  ["nothing", ""],
])("refused: %s", (_, xml) => expect(propertiesOf(xml)).toBeUndefined());

test("an entity nobody knows stays as it is written", () => {
  expect(propertiesOf(propertyList("<key>a</key><string>&lol;&#x110000;</string>"))?.get("a")).toBe("&lol;&#x110000;");
});

test("depth and length cost no stack", () => {
  const deep = "<array>".repeat(100_000) + "</array>".repeat(60_000);
  expect(propertiesOf(propertyList(`<key>a</key>${deep}`))).toBeUndefined();
  expect(propertiesOf(propertyList(`<key>a</key><string>${"x".repeat(2 ** 20)}</string>`))).toBeUndefined();
  expect(propertiesOf("<a ".repeat(300_000))).toBeUndefined();
  expect(propertiesOf("<!--".repeat(200_000))).toBeUndefined();
});
