const words = (line: string): readonly string[] => line.trim().split(/\s+/);

/** How consoles might spell the columns of their exports, the program's own spelling first. */
export const SPELLINGS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  orgs: {
    組織名: words("組織名 組織 組織名称 部署名 部署 部署名称 部門名 部門 部門名称 所属名 Organization 名称"),
    組織コード: words("組織コード 部署コード 部門コード コード 組織CD 組織ID 組織番号 部署CD 所属コード 組織ｺｰﾄﾞ"),
    上位組織コード: words(
      "上位組織コード 親組織コード 上位コード 親コード 上位組織 親組織 上位部署コード 親部署コード 上位部門コード 親部門コード 上位組織CD 親組織ID 所属組織コード 親",
    ),
  },
  users: {
    氏名: words(
      "氏名 ユーザー名 名前 お名前 社員名 従業員氏名 表示名 漢字氏名 氏名(漢字) ユーザ名 氏名漢字 Name FullName 利用者名 姓名",
    ),
    フリガナ: words(
      "フリガナ ふりがな よみがな ヨミガナ カナ カナ氏名 氏名カナ 氏名(カナ) ﾌﾘｶﾞﾅ 読み 氏名(フリガナ) Kana",
    ),
    メールアドレス: words(
      "メールアドレス E-mail Email メール メールアドレス(メイン) メインメールアドレス eメール 電子メール 電子メールアドレス 社用メール 会社メールアドレス Mail mailaddress メアド 連絡先メール e-mailアドレス ﾒｰﾙｱﾄﾞﾚｽ",
    ),
    組織コード: words(
      "組織コード 所属組織コード 所属組織 組織 所属 所属コード 部署コード 部門コード 部署 部門 所属部署 所属部署コード 所属先 配属先 課コード 組織CD 所属CD 所属組織CD 組織ID Department",
    ),
    役職: words("役職 職位 肩書 肩書き 役職名 役職名称 職名 ポスト 職務 Title 職制"),
    社員コード: words(
      "社員コード 社員番号 従業員番号 従業員コード 職員番号 職員コード 社員No 社員No. 社員ID 従業員ID 職番 社員CD EmployeeID EmployeeNumber 個人コード",
    ),
    UPN: words("UPN ユーザープリンシパル名 UserPrincipalName プリンシパル名 upn"),
    住所の区分: words("住所の区分 住所区分 住所種別 区分"),
    郵便番号: words("郵便番号 郵便 〒 郵便No 郵便コード ZIP"),
    住所: words("住所 所在地 アドレス 住所1 Address 勤務地"),
    TEL: words("TEL 電話 電話番号 直通 直通電話 Phone 連絡先 連絡先電話番号 会社電話 Tel"),
    内線: words("内線 内線番号 内線No Extension 内線電話"),
    FAX: words("FAX ファックス FAX番号 ファクス Fax"),
    CLOMOアカウント名: words("CLOMOアカウント名 CLOMOアカウント アカウント名 アカウント ログイン名 Account"),
  },
  devices: {
    シリアルナンバー: words(
      "シリアルナンバー シリアル番号 シリアル シリアルNo シリアルNo. 製造番号 S/N SerialNumber Serial 機器番号 端末シリアル番号 デバイスシリアル",
    ),
    プラットフォーム: words("プラットフォーム OS OS種別 OS名 Platform 機種OS 基本ソフト"),
    ステータス: words("ステータス 状態 状況 利用状況 管理状態 Status 管理ステータス"),
    端末識別名: words("端末識別名 端末名 デバイス名 識別名 端末名称 DeviceName 機器名"),
    電話番号: words("電話番号 携帯電話番号 電話 携帯番号 携帯電話 Phone 回線番号 TEL"),
    所有者メールアドレス: words(
      "所有者メールアドレス 所有者 利用者 使用者 所有者メール 利用者メールアドレス 使用者メールアドレス ユーザー ユーザー名 所有ユーザー Owner メールアドレス E-mail 所有者アドレス",
    ),
    メモ: words("メモ 備考 備考欄 コメント メモ欄 Memo 摘要"),
  },
};

/** Columns that only some consoles have, with a value for all records. */
export const FURTHER: readonly (readonly [string, string])[] = [
  ["更新日時", "2026/11/27 09:00:00"],
  ["登録日時", "2026/04/01 10:00:00"],
  ["作成日", "2026/04/01"],
  ["No.", "1"],
  ["最終ログイン", ""],
  ["削除フラグ", "0"],
  ["言語", "ja"],
  ["タイムゾーン", "Asia/Tokyo"],
  ["写真", ""],
  ["管理者権限", ""],
  ["ライセンス", "あり"],
  ["予備1", ""],
  ...words(
    "ID 行番号 種別 状態区分 更新者 登録者 作成者 最終更新 ロール 管理対象組織 グループ名 タグ 説明 通知先 通知設定 同期元 同期日時 有効期限 有効 ロック パスワード更新日 初回ログイン 端末数 ライセンス種別 契約番号 拠点 フロア 座席番号 外線 メモ2 備考2 予備2 予備3 表示順 階層 レベル 責任者名 機種名 型番 購入日 保証期限 資産番号 入社日 退職日 在籍区分 雇用形態 等級 性別 生年月日 国籍 事業所 本務兼務 発令日 携帯2 緊急連絡先 権限 承認者 上長 通勤 連携ID 外部ID SAML 属性1 属性2 属性3 属性4 OSバージョン MACアドレス IPアドレス キャリア 契約日 返却日",
  ).map((header) => [header, header.endsWith("日") ? "2026/03/31" : ""] as const),
];
