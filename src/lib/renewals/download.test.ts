import { expect, test } from "vitest";
import { RENEWAL_ITEM, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../model/renewal.ts";
import { buildExampleRecord } from "../model/thing.ts";
import {
  confirmUpload,
  describePendingUpload,
  isUploadedKind,
  EMPTY_DOWNLOAD_FIELDS,
  recordFile,
  stateOf,
} from "./download.ts";

const IN_USE: RenewalItem = {
  ...buildExampleRecord(RENEWAL_ITEM.fields),
  name: "本社",
  kind: "push-certificate",
  expiresAt: "2026-12-01T00:00:00.000Z",
  certainty: "exact",
  fingerprint: "a".repeat(64),
  topic: "t",
  source: "/old.pem",
  ...EMPTY_DOWNLOAD_FIELDS,
};
const FILE = {
  expiresAt: "2027-11-19T00:00:00.000Z",
  certainty: "exact",
  fingerprint: "b".repeat(64),
  topic: "t",
  source: "/new.pem",
} as const;
const DOWNLOADED: RenewalItem = { ...IN_USE, ...recordFile(IN_USE, FILE) };

test("lists the kinds whose files are uploaded to the console", () => {
  const kinds = Object.keys(RENEWAL_KINDS) as readonly RenewalKind[];
  expect(kinds.filter((kind) => !isUploadedKind(kind))).toEqual([
    "android-owner",
    "device-certificate",
    "certificate",
    "custom",
  ]);
});

test("a renewed file waits next to the file in use, whose date counts", () => {
  expect(DOWNLOADED).toEqual({
    ...IN_USE,
    downloadedExpiresAt: FILE.expiresAt,
    downloadedCertainty: "exact",
    downloadedFingerprint: FILE.fingerprint,
    downloadedTopic: "t",
    downloadedSource: "/new.pem",
  });
  expect([stateOf(IN_USE), stateOf(DOWNLOADED), stateOf({})]).toEqual(["current", "downloaded", "current"]);
  expect(describePendingUpload(IN_USE, "Asia/Tokyo")).toBeUndefined();
  const remark = describePendingUpload({ ...DOWNLOADED, name: "本社 A" }, "Asia/Tokyo");
  expect(remark?.en).toContain("(expires 2027-11-19)");
  expect(remark?.ja).toContain("clomoctl renewals confirm '本社 A' --console-shows DATE");
});

test.each<[string, Partial<RenewalItem>, Partial<typeof FILE>]>([
  ["is not newer", {}, { expiresAt: "2026-12-01T00:00:00.000Z" as never }],
  ["is of a kind that no console takes", { kind: "certificate" }, {}],
  ["has the day that was typed", { fingerprint: null, expiresAt: "2027-11-18T14:59:59.000Z" }, {}],
])("a file that %s is the one in use", (_, before, file) => {
  const change = recordFile({ ...DOWNLOADED, ...before }, { ...FILE, ...file });
  expect(change).toEqual({ ...FILE, ...file, ...EMPTY_DOWNLOAD_FIELDS });
});

test.each(["2027-11-18", "2027-11-19", "2027-11-20"])("the console shows %s: the renewed file is in use", (shown) => {
  expect({ ...DOWNLOADED, ...confirmUpload(DOWNLOADED, shown) }).toEqual({ ...IN_USE, ...FILE });
  const untold = { ...DOWNLOADED, downloadedTopic: null };
  expect(confirmUpload(untold, shown)).toMatchObject({ topic: "t" });
});

test.each<[string, RenewalItem, string, string, string]>([
  [
    "the date before",
    DOWNLOADED,
    "2026-12-01",
    "the renewed file of 本社 expires on 2027-11-19",
    "renewals guide 本社",
  ],
  ["another year", DOWNLOADED, "2028-11-19", "(previous file: 2026-12-01)", "renewals guide 本社"],
  ["a day too many", DOWNLOADED, "2027-11-22", "expires on 2027-11-19", "renewals guide 本社"],
  ["a date that no file has", IN_USE, "2027-11-19", "the recorded expiry date of 本社 is 2026-12-01", "--file FILE"],
  [
    "a date where none is recorded",
    { ...IN_USE, expiresAt: null },
    "2027-11-19",
    "no expiry date is recorded for 本社",
    "--expires 2027-11-19",
  ],
])("if the console shows %s, refuses and explains what to do", (_, item, shown, what, hint) => {
  expect(() => confirmUpload(item, shown)).toThrow(
    expect.objectContaining({
      code: "input-rejected",
      what: expect.objectContaining({ en: expect.stringContaining(what) }),
      hint: expect.objectContaining({ en: expect.stringContaining(hint) }),
    }),
  );
});

test("only confirms the recorded file if the console shows its date", () => {
  expect(confirmUpload(IN_USE, "2026-12-01")).toEqual({});
});

test("a typed date that the console shows no longer belongs to the former file", () => {
  const typed = { ...IN_USE, expiresAt: "2027-11-18T14:59:59.000Z", certainty: "typed" } as const;
  expect(confirmUpload(typed, "2027-11-18")).toEqual({ fingerprint: null, source: null });
});

test("of two files that end within two days, uses the nearer one", () => {
  const near = { ...DOWNLOADED, downloadedExpiresAt: "2026-12-02T12:00:00.000Z" };
  expect(confirmUpload(near, "2026-12-02")).toMatchObject({ expiresAt: near.downloadedExpiresAt });
  expect(() => confirmUpload(near, "2026-12-01")).toThrow(expect.objectContaining({ code: "input-rejected" }));
});
