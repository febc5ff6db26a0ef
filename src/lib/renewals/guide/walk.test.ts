import { afterAll, expect, test } from "vitest";
import { readRenewables, readSigningRequest, type Renewable } from "../../apple/index.ts";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { RENEWAL_ITEM, type RenewalItem } from "../../model/renewal.ts";
import { buildExampleRecord } from "../../model/thing.ts";
import type { Text } from "../../text/index.ts";
import type { LoadedDownload, DownloadSearch } from "./downloads.ts";
import { buildRenewalGuide } from "./index.ts";
import type { CurrentItem } from "../replacement/check.ts";
import { judgeReplacement } from "../replacement/index.ts";
import { checkRequestReuse } from "../replacement/request.ts";
import type { DownloadKind } from "./step.ts";
import { runGuideSteps, type AnswerChoice, type GuideHandlers } from "./walk.ts";
import { readFileSync } from "node:fs";

const NOW = new Date("2026-06-01T00:00:00Z");

const writtenAt = new Date("2026-05-31T00:00:00Z");

interface Scene {
  readonly inUse?: CurrentItem | null;
  /** what lies in the folder, by turn */
  readonly files?: Partial<Record<DownloadKind, readonly (LoadedDownload | undefined)[]>>;
  /** answers by turn; `next` and `look` when they run out */
  readonly answers?: readonly string[];
}

/** A person who answers as told, all that was said to them, and the first of the answers that they had each time. */
function deskOf({ inUse = null, files = {}, answers = [] }: Scene): GuideHandlers & {
  readonly said: Text[];
  readonly offered: (string | undefined)[];
} {
  const said: Text[] = [];
  const offered: (string | undefined)[] = [];
  const turns = [...answers];
  const looks = new Map<DownloadKind, number>();
  return {
    said,
    offered,
    show: async () => undefined,
    tell: async (line) => void said.push(line),
    warn: async (line) => void said.push(line),
    choose: async <T extends string>(_: Text, choices: readonly AnswerChoice<T>[]) => {
      offered.push(choices[0]?.name.en);
      const wished = turns.shift();
      const chosen = choices.find(({ value }) => value === wished) ?? choices[0];
      if (chosen === undefined) throw new Error("no answers");
      return chosen.value;
    },
    look: async (download): Promise<DownloadSearch> => {
      const turn = looks.get(download) ?? 0;
      looks.set(download, turn + 1);
      const all = files[download] ?? [];
      return { found: all[Math.min(turn, all.length - 1)], aside: [] };
    },
    judgeRequest: (request) => checkRequestReuse(inUse, request),
    judge: (next, { csr }) =>
      judgeReplacement(inUse, next, { now: NOW, strict: false, ...(csr === undefined ? {} : { csr }) }),
  };
}

const record = (over: Partial<RenewalItem>): CurrentItem => ({
  expiring: {
    ...buildExampleRecord(RENEWAL_ITEM.fields),
    name: "本社",
    expiresAt: "2026-06-20T00:00:00Z",
    fingerprint: "00",
    topic: "com.apple.mgmt.External.1",
    ...over,
  },
});

const PUSH = buildRenewalGuide("push-certificate", null, null);

test("a guide without files advances when a step is confirmed, and can be left at any step", async () => {
  const guide = buildRenewalGuide("android-owner", null, null);
  expect(await runGuideSteps(guide, deskOf({}))).toEqual({ ended: "done", renewed: undefined });
  const left = await runGuideSteps(guide, deskOf({ answers: ["next", "stop"] }));
  expect(left).toMatchObject({ ended: "stopped", at: { id: "security" }, refused: false });
});

describeWithOpenssl("the walk to a new push certificate", () => {
  const workshop = new OpensslWorkspace();
  afterAll(() => workshop.close());

  const key = workshop.key();
  const topicOf = (uuid: string): string => `/UID=com.apple.mgmt.External.${uuid}/CN=APSP:${uuid}/C=US`;
  const subject = topicOf("1");
  const dates = { from: "20260531050000Z", to: "20270531050000Z" };
  const renewable = (file: string): Renewable => {
    const [one] = readRenewables({ name: "x.pem", bytes: readFileSync(file) });
    if (one === undefined) throw new Error(file);
    return one;
  };
  const found = (file: string, content: LoadedDownload["content"]): LoadedDownload => ({
    name: file,
    path: file,
    writtenAt,
    content,
  });
  const certificate = (subject: string, keyFile: string): LoadedDownload => {
    const file = workshop.certificate({ subject, ...dates }, keyFile).certificateFile;
    return found(file, { of: "renewable", renewable: renewable(file) });
  };
  const requestFile = workshop.request(key, "/CN=example.jp/C=JP");
  const request = found(requestFile, {
    of: "request",
    request: readSigningRequest({ name: "x.csr", bytes: readFileSync(requestFile) }),
  });
  const good = certificate(subject, key);
  const otherTopic = certificate(topicOf("2"), key);
  const otherKey = certificate(subject, workshop.key());
  const inUse = record({});
  const wordsOf = (said: readonly Text[], language: "en" | "ja"): string =>
    said.map((line) => line[language]).join("\n");

  test("ends with the right file", async () => {
    const files = { "signing-request": [request], "push-certificate": [good] } as const;
    const answers = ["next", "look", "next", "look", "yes"];
    expect(await runGuideSteps(PUSH, deskOf({ inUse, files, answers }))).toEqual({ ended: "done", renewed: good });
  });

  test("refuses another topic and explains the consequences in both languages, then accepts the right one", async () => {
    const files = { "signing-request": [request], "push-certificate": [otherTopic, good] } as const;
    const desk = deskOf({ inUse, files, answers: ["next", "look", "next", "look", "look", "yes"] });
    expect(await runGuideSteps(PUSH, desk)).toEqual({ ended: "done", renewed: good });
    expect(wordsOf(desk.said, "en")).toMatch(
      /WRONG - topic: the topic would change from .+ every enrolled device would stop responding[^]+Do not upload this file/,
    );
    expect(wordsOf(desk.said, "ja")).toMatch(
      /不可 - トピック: .+全デバイスが応答しなくなり[^]+アップロードしないでください/,
    );
  });

  test("refuses a certificate of another request, and reports it if the guide is left there", async () => {
    const files = { "signing-request": [request], "push-certificate": [otherKey] } as const;
    const desk = deskOf({ inUse, files, answers: ["next", "look", "next", "look", "stop"] });
    expect(await runGuideSteps(PUSH, desk)).toMatchObject({ ended: "stopped", at: { id: "renew" }, refused: true });
    expect(desk.offered.slice(-2)).toEqual(["yes, look for the file", "look for the file again"]);
    expect(wordsOf(desk.said, "en")).toMatch(/WRONG - matches the CSR: made from a different CSR/);
    expect(wordsOf(desk.said, "ja")).toMatch(/不可 - .+: 別の CSR ファイルから作られています/);
  });

  test("refuses the request of the certificate in use before it renews anything", async () => {
    if (good.content.of !== "renewable") throw new Error("no certificate");
    const fresh = workshop.request(workshop.key(), "/CN=example.jp/C=JP");
    const anew = found(fresh, {
      of: "request",
      request: readSigningRequest({ name: "x.csr", bytes: readFileSync(fresh) }),
    });
    const scene: Scene = { inUse: good.content.renewable, files: { "signing-request": [request, anew] } };
    const left = deskOf({ ...scene, answers: ["next", "look", "stop"] });
    expect(await runGuideSteps(PUSH, left)).toMatchObject({
      ended: "stopped",
      at: { waitsFor: "signing-request" },
      refused: true,
    });
    expect(wordsOf(left.said, "en")).toMatch(/WRONG - age of the CSR: this is the CSR of the certificate in use/);
    expect(wordsOf(left.said, "ja")).toMatch(
      /不可 - CSR ファイルの新しさ: 現在の証明書を作ったときの CSR ファイルです/,
    );
    const again = deskOf({ ...scene, answers: ["next", "look", "look", "stop"] });
    expect(await runGuideSteps(PUSH, again)).toMatchObject({ ended: "stopped", at: { id: "sign-in" }, refused: false });
  });

  test("keeps looking if no file is found", async () => {
    const files = { "signing-request": [undefined, request] } as const;
    const desk = deskOf({ inUse, files, answers: ["next", "look", "look", "stop"] });
    expect(await runGuideSteps(PUSH, desk)).toMatchObject({ ended: "stopped", at: { id: "sign-in" } });
    expect(wordsOf(desk.said, "en")).toContain("no readable CertificateSigningRequest.csr found");
  });

  test("asks before it accepts a doubtful file, here one that Apple did not issue", async () => {
    const files = { "signing-request": [request], "push-certificate": [good] } as const;
    const desk = deskOf({ inUse, files, answers: ["next", "look", "next", "look", "no", "stop"] });
    expect(await runGuideSteps(PUSH, desk)).toMatchObject({ ended: "stopped", refused: true });
  });

  test("an unrecorded topic never counts as good", () => {
    const circumstances = { now: NOW, strict: false };
    if (good.content.of !== "renewable") throw new Error("no certificate");
    const { renewable: next } = good.content;
    const known = judgeReplacement(record({ topic: null, expiresAt: null }), next, circumstances);
    expect(known.safe).toBe(true);
    expect(known.checks.find(({ id }) => id === "topic")).toMatchObject({ outcome: "unknown" });
    const unknown = judgeReplacement(null, next, circumstances);
    expect(unknown.checks[0]).toMatchObject({ id: "kind", outcome: "unknown" });
    const expired = judgeReplacement(null, next, { ...circumstances, now: new Date("2028-01-01T00:00:00Z") });
    expect(expired.safe).toBe(false);
  });
});
