import { cp, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import {
  anotherComputer,
  everythingIn,
  forge,
  forgeAudit,
  hostileArchives,
  packAgain,
  writeSecret,
} from "./support/bundle.ts";
import {
  ownerOfRenewal,
  prepareLeaver,
  PROFILE,
  proposeList,
  recordSettings,
  SETTINGS,
  SUZUKI,
  takeAll,
  tenantOf,
} from "./support/leaver.ts";
import { findProposals } from "./support/proposals.ts";
import { story } from "./support/story.ts";
import * as w from "./words.ts";

story(
  "a leaver hands over, and the successor goes on working on another computer",
  async (s) => {
    const consoles = await prepareLeaver(s);

    // what is missing becomes less with each answer
    const before = await w.checklistCounts(s);
    const vault = "情報システム部の金庫";
    await s.write("answers.csv", w.answerFile("佐藤 健一", { "push-certificate.password-place": vault }));
    await s.run(w.handover.answerAll("answers.csv"));
    const after = await w.checklistCounts(s, "--leaver", "sato01", "--leaves", "2027-03-31");
    expect((await w.checklistCounts(s)).gaps).toBe(before.gaps - 1);
    expect(after.steps).toBeGreaterThanOrEqual(4);

    // profiles and apps that nobody has recorded are missing, too
    const { gaps } = await w.checklistCounts(s);
    const { 10: profiles, 11: apps } = await w.setUpStates(s);
    expect([profiles, apps]).toEqual(["open", "open"]);
    await recordSettings(s);
    expect((await w.checklistCounts(s)).gaps).toBe(gaps - 2);
    expect(await w.setUpStates(s)).toMatchObject({ 10: "done", 11: "done" });
    await s.run(w.profiles.create("VPN", "--kind", "vpn"));
    expect((await w.checklistCounts(s)).gaps).toBe(gaps - 1);
    expect((await w.setUpStates(s))[10]).toBe("open");
    await s.run(w.profiles.edit("VPN", "--device", "SER0002"));

    // the bundle: the same as a folder, packed, without any secret
    const secret = await writeSecret(s, "password.txt", "Himitsu-2027-x");
    await s.run(w.setSignInPassword("sato01", secret));
    await s.run(w.handover.export("-o", "bundle"));
    expect(await everythingIn(s.path("bundle"))).not.toContain("Himitsu");
    const exported = await w.lastChange(s, "minato");
    await s.run(w.handover.export("-o", "bundle.zip"));
    const told = await w.fingerprint(s, "bundle.zip");
    expect(told).toMatch(/^[\da-f]{64}$/);

    // another computer
    const other = await anotherComputer(s, "successor", SETTINGS);
    other.setClock(new Date("2027-01-18T01:00:00Z"));
    await cp(s.path("bundle.zip"), other.path("bundle.zip"));
    expect(await w.fingerprint(other, "bundle.zip")).toBe(told);
    await other.run(w.handover.report("bundle.zip", "-o", "report.html"));
    const report = (await other.read("report.html")).toString();
    const facts = ["鈴木 涼", "push@example.jp", vault, "2027-05-31", "社内サイト", "SER0001"];
    expect(facts.filter((fact) => !report.includes(fact))).toEqual([]);
    await other.run(w.handover.receive("bundle.zip", "minato", told, "--dry-run"));
    expect(await other.json(w.users.list())).toEqual([]);
    await other.run(w.handover.receive("bundle.zip", "minato", told));
    // with its history: all changes until the export, and an unbroken audit log
    const changes = await w.lastChange(other, "minato");
    expect(changes).toBeGreaterThan(exported);
    await other.run(w.audit.verify());
    for (const proposal of findProposals(report)) await other.try(proposal);
    other.setClock(new Date("2027-01-15T02:00:00Z"));
    expect(await tenantOf(other)).toEqual(await tenantOf(s));
    expect(await w.recordedValues(other)).toEqual(expect.arrayContaining([vault, "2027-05-31"]));

    // which profiles a device has, from its organisation and those above, or by hand; and that it is lost
    expect(await w.profilesOn(other, "SER0001")).toEqual(["全社パスコード", "社内サイト", "倉庫の Wi-Fi"]);
    // Android has no configuration profiles
    expect(await w.profilesOn(other, "SER0002")).toEqual([]);
    await other.run(w.profiles.fileOf("社内サイト", "again.mobileconfig"));
    expect((await other.read("again.mobileconfig")).toString()).toBe(PROFILE);
    expect(await w.lostSerials(other)).toEqual(["SER0001"]);
    // a second time changes nothing
    await other.run(w.handover.receive("bundle.zip", "minato", told), { code: 5 });
    expect(await w.lastChange(other, "minato")).toBe(changes);

    // the successor takes over what can be moved
    await other.run(w.handover.transfer("--from", "sato01", "--to", "suzuki01", "--yes"));
    expect(await ownerOfRenewal(other)).toBe(SUZUKI);
    const options = await other.json<{ name: string; supportOption: boolean }[]>(w.accounts.list());
    expect(options.map(({ supportOption }) => supportOption)).toEqual([false, true]);
    expect((await w.checklistCounts(other, "--leaver", "sato01", "--leaves", "2027-03-31")).steps).toBeLessThan(
      after.steps,
    );

    await other.run(w.devices.find("SER0001", "--reason", "倉庫で発見"));
    expect(await w.lostSerials(other)).toEqual([]);

    // and goes on working: a list, the upload, the console's next export
    await other.write("list.csv", "氏名,メールアドレス,役職\n髙橋 花子,hanako@example.jp,課長\n");
    await proposeList(other, consoles);
    await other.run(w.users.importAndEmit("list.csv", "upload.csv", "--yes"));
    consoles.users.upload(await other.read("upload.csv"));
    expect(consoles.users.value("hanako@example.jp", "役職")).toBe("課長");
    const open = (await other.json<unknown[]>(w.consoleTasks.list())).length;
    await takeAll(other, consoles);
    expect(await other.json<unknown[]>(w.consoleTasks.list())).toHaveLength(open - 1);
    other.setClock(new Date("2027-05-20T01:00:00Z"));
    await other.run(w.renewals.check(), { code: [1, 2] });
  },
  SETTINGS,
);

story(
  "a tampered, truncated, hostile or foreign bundle changes nothing",
  async (s) => {
    await prepareLeaver(s);
    await s.run(w.handover.export("-o", "bundle"));
    await s.run(w.handover.export("-o", "bundle.zip"));
    const zip = await s.read("bundle.zip");
    const told = await w.fingerprint(s, "bundle.zip");
    const other = await anotherComputer(s, "successor", SETTINGS);
    await other.run(w.addTenant("empty", "--use"));
    const refuse = async (what: string, words: readonly string[]): Promise<void> => {
      const { code } = await other.run(words, { code: "any", tried: false });
      expect([what, code]).toEqual([what, 3]);
    };
    const refuseArchive = async (what: string, bytes: Uint8Array): Promise<void> =>
      refuse(what, w.handover.receive(await other.write("evil.zip", bytes), "empty", told));

    // packed: cut off, one bit, and what a skilled forger packs
    await refuseArchive("nothing", Buffer.of());
    await refuseArchive("half", zip.subarray(0, zip.length / 2));
    // within the tenant, which is the last and largest file
    const at = Math.trunc((zip.length * 2) / 3);
    await refuseArchive("a bit", Buffer.from(zip.map((byte, place) => (place === at ? byte ^ 1 : byte))));
    for await (const [what, bytes] of hostileArchives(s.path("bundle"), zip)) await refuseArchive(what, bytes);
    await other.write("honest.zip", await packAgain(s.path("bundle"), zip));
    await other.run(w.handover.verify("honest.zip"));
    await rm(other.path("evil.zip"));

    // a folder: a changed, a missing, a further and a linked file
    const users = w.bundleFiles.records("users");
    const spoil = async (what: string, change: (folder: string) => Promise<void>): Promise<void> => {
      const folder = other.path("evil");
      await cp(s.path("bundle"), folder, { recursive: true });
      await change(folder);
      await refuse(what, w.handover.verify(folder));
      await rm(folder, { recursive: true });
    };
    const changed = (await s.read(`bundle/${users}`)).toString().replace("鈴木 涼", "鈴木 良");
    await spoil("changed", (folder) => writeFile(`${folder}/${users}`, changed));
    await spoil("cut", (folder) => truncate(`${folder}/${users}`, 100));
    await spoil("missing", (folder) => rm(`${folder}/${users}`));
    await spoil("further", (folder) => writeFile(`${folder}/resources/evil.ndjson`, "{}\n"));
    await spoil("linked", async (folder) => {
      await rm(`${folder}/${users}`);
      await symlink(s.path(`bundle/${users}`), `${folder}/${users}`);
    });
    const kept = [...(await readdir(s.folder, { recursive: true })), ...(await readdir("/tmp"))];
    expect(kept.filter((name) => name.includes("evil"))).toEqual([]);

    // a leaver who changes the audit log and computes all hashes anew
    await forgeAudit(s.path("bundle"), s.path("forged"), 5);
    await s.run(w.handover.verify("forged"), { code: 3 });
    await refuse("forged", w.handover.receive(s.path("forged"), "empty", told));
    await forge(s.path("bundle"), s.path("renamed"), "users", (lines) =>
      lines.map((line) => line.replace("鈴木 涼", "鈴木 良")),
    );
    await refuse("renamed", w.handover.receive(s.path("renamed"), "empty", told));

    // somebody else's tenant is not overwritten
    expect(await other.json(w.users.list())).toEqual([]);
    const stranger = await anotherComputer(s, "stranger", SETTINGS);
    await stranger.run(w.addTenant("yamabiko", "--use"));
    const people = Array.from({ length: 12 }, (_, at) => `山彦 ${at}郎,p${at}@example.com\n`);
    await stranger.write("own.csv", `氏名,メールアドレス\n${people.join("")}`);
    await stranger.run(w.users.import("own.csv", "--yes"));
    const owned = await tenantOf(stranger);
    await stranger.run(w.handover.receive(s.path("bundle.zip"), "yamabiko", told), { code: 5 });
    expect(await tenantOf(stranger)).toEqual(owned);
  },
  SETTINGS,
);

story(
  "an older bundle takes nothing back, and a newer one goes forward",
  async (s) => {
    await prepareLeaver(s);
    await s.run(w.handover.export("-o", "old.zip"));
    const other = await anotherComputer(s, "successor", SETTINGS);
    other.setClock(new Date("2027-01-16T01:00:00Z"));
    await other.run(w.handover.receive(s.path("old.zip"), "minato", await w.fingerprint(s, "old.zip")));

    // the leaver learns something more, and sends it
    s.setClock(new Date("2027-01-20T01:00:00Z"));
    await s.write("answers.csv", w.answerFile("佐藤 健一", { "push-certificate.password-place": "3 階の金庫" }));
    await s.run(w.handover.answerAll("answers.csv"));
    await s.run(w.renewals.edit("本社", "--phone", "03-0000-0009"));
    await s.run(w.handover.export("-o", "new.zip"));
    other.setClock(new Date("2027-01-21T01:00:00Z"));
    await other.run(w.handover.receive(s.path("new.zip"), "minato", await w.fingerprint(s, "new.zip")));
    await other.run(w.context.use("minato"));
    expect(await w.recordedValues(other)).toContain("3 階の金庫");
    const [item] = await other.json<{ phone: string }[]>(w.renewals.list());
    expect(item?.phone).toBe("03-0000-0009");

    // the successor has taken over; the older bundle comes again
    await other.run(w.handover.transfer("--from", "sato01", "--to", "suzuki01", "--yes", "--context", "minato"));
    const owned = await tenantOf(other);
    await other.run(w.handover.receive(s.path("old.zip"), "minato", await w.fingerprint(s, "old.zip")), { code: 5 });
    await other.run(w.handover.receive(s.path("new.zip"), "minato", await w.fingerprint(s, "new.zip")), { code: 5 });
    expect(await tenantOf(other)).toEqual(owned);
    expect(await ownerOfRenewal(other)).toBe(SUZUKI);
  },
  SETTINGS,
);
