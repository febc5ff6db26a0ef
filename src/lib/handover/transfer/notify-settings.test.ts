import { expect, test } from "vitest";
import { parseNotifySettings } from "../../renewals/notify/settings-schema.ts";
import { withSuccessor } from "./notify-settings.ts";

const SETTINGS = `smtp: {host: localhost, security: none, from: a@example.jp}
# who hears of it
recipients:
  - name: 前任
    way: mail
    address: Taro@example.jp   # until March
  - name: chat
    way: command
    command: [/usr/local/bin/ticket]
`;

const TARO = { leaver: ["taro@example.jp"], successor: "hanako@example.jp" };

test("the address is another one, comments and other recipients stay", () => {
  const { content, replaced } = withSuccessor(SETTINGS, TARO);
  expect(replaced).toEqual(["Taro@example.jp"]);
  expect(content).toContain("# who hears of it");
  expect(content).toContain("# until March");
  expect(parseNotifySettings(content, "x").recipients).toMatchObject([
    { address: "hanako@example.jp" },
    { name: "chat" },
  ]);
});

test("who is listed already is not listed twice", () => {
  const both = `${SETTINGS}  - {name: 後任, way: mail, address: HANAKO@example.jp}\n`;
  const { content } = withSuccessor(both, TARO);
  expect(parseNotifySettings(content, "x").recipients).toMatchObject([
    { name: "chat" },
    { address: "HANAKO@example.jp" },
  ]);
});

test.each([SETTINGS, "", "recipients: []\n", "smtp: {host: x}\n"])(
  "without that person nothing is written anew",
  (content) => {
    expect(withSuccessor(content, { leaver: ["nobody@example.jp"], successor: "b@example.jp" })).toEqual({
      content,
      replaced: [],
    });
  },
);
