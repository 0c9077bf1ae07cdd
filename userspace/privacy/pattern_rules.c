/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/pattern_rules.h"

#include "privacy/checks.h"

/* Formats are those the services themselves document for their keys. Least lengths are lower than
 * the real ones: a key that was cut is one still. */

#define END	 "(?![a-z0-9])"
#define NO_MORE	 "(?![0-9])(?![.][0-9])"
#define SEP	 "[ ._-]"
#define NO_LABEL "(?![a-z0-9_])(?![.][a-z0-9])"
#define OWN_NET	 "local|localdomain|lan|internal|corp|intranet"
#define OCTET	 "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define NOTHING	 "(?![ ._-]?[a-z0-9])"
#define HEX	 "[0-9a-f]"
#define URL64	 "[a-z0-9_-]"
#define DIGIT	 "(?=[a-z_-]*[0-9])"
#define NO_LIMIT "(?!214748364[78]" END "|4294967295" END ")"
#define NO_ACT                                                                                   \
	"(?!(?:reset|change|check|forgot|update|set|get|list|create|delete|show|verify|expired|" \
	"invalid|required|missing|confirm|generate|rotate|revoke|refresh|hash|strength|"         \
	"policy)" END ")"

#define ALWAYS PATTERN_ALWAYS
#define PII    PATTERN_PII
#define WORD   PATTERN_AT_WORD
#define NUMBER PATTERN_AT_NUMBER
#define ANY    PATTERN_ANYWHERE

#define SECRET "[SECRET]"

/* clang-format off */
static const struct pattern_rule rules[] = {
	/* --- keys that say what they are ------------------------------------------------------ */
	{ "pem", SECRET, ALWAYS, ANY,
	  "begin[ _-](?:[a-z0-9]+[ _-]){0,4}?(?:private|public|pgp|certificate|rsa|ssh2)\\b|"
	  "putty-user-key-file|openssh[ _-]private[ _-]key|age-encryption\\.org", NULL },
	{ "jwt", SECRET, ALWAYS, WORD, "eyj" URL64 "{6,}", NULL },
	{ "cloud key", SECRET, ALWAYS, WORD,
	  "(?:a3t[a-z0-9]|akia|agpa|aida|aroa|aipa|anpa|anva|abia|acca|apka|asca)[a-z0-9]{12,}|"
	  "asia" DIGIT "[a-z0-9]{12,}|(?-i:ASIA[A-Z0-9]{12,})|amzn\\.mws\\.|absk[a-z0-9+/]{20,}|"
	  "aiza" URL64 "{20,}|ya29[._-]" URL64 "{10,}|gocspx-" URL64 "{10,}|1//0" URL64 "{16,}|"
	  "[0-9]+-[a-z0-9_]{20,}\\.apps\\.google|ltai[a-z0-9]{12,}|akid[a-z0-9]{13,}|aklt" URL64 "{20,}|"
	  "aqvn" URL64 "{20,}|t1\\.[a-z0-9_-]{40,}|yca[a-z0-9_-]{30,}|do[opr]_v[0-9]_" HEX "{16,}|"
	  "hrku-" URL64 "{16,}|fo1_" URL64 "{20,}|fm[12]_[a-z0-9+/_-]{20,}|rnd_[a-z0-9]{20,}|"
	  "vc[pkir]_[a-z0-9]{20,}|nfp_[a-z0-9]{20,}|sbp_(?:v0_)?" HEX "{20,}|sb_secret_|"
	  "pscale_(?:tkn|pw|oauth)_|napi_[a-z0-9]{20,}|dapi" HEX "{16,}|(?:[a-z0-9]{14}\\.)?atlasv1\\.|"
	  "hv[sbr]\\.[a-z0-9_-]{16,}|[sbr]\\." DIGIT "[a-z0-9]{24,}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.|"
	  "pul-" HEX "{20,}|ico-[a-z0-9]{20,}|[a-z0-9_]{3}[0-9]q~[a-z0-9_.~-]{20,}|tk-us-" URL64 "{10,}|"
	  "v1\\.0-" HEX "{20,}|cfpat-" URL64 "{16,}|sm_(?:aat|pat|sat)_|accountkey=|"
	  "sharedaccess(?:key|signature)|ops_eyj|a3-[a-z0-9]{6}-", NULL },
	{ "code hosting token", SECRET, ALWAYS, WORD,
	  "gh[a-z]_[a-z0-9_]{10,}|github_pat_|gl(?:pat|ptt|dt|rt|rtr|cbt|ft|imt|soat|agent|oas|ffct)-"
	  URL64 "{8,}|_?gitlab_session=|gr1348941|att?at[0-9]|atctt3|atbb[a-z0-9_=.-]{16,}|"
	  "bkua_[a-z0-9]{16,}|ccipat_|ccip[rj]+_|sg[pd]_[a-z0-9_]{16,}|slk_" HEX "{20,}|"
	  "sq[upa]_" HEX "{20,}|pat\\." DIGIT URL64 "{10,}|cmvmdgtu", NULL },
	{ "chat token", SECRET, ALWAYS, WORD,
	  "xox[a-z](?:[.-]|e\\.)" URL64 "{6,}|xapp-[0-9]|xwfp-|hooks\\.slack\\.com|"
	  "discord(?:app)?\\.com/api|[mno][a-z0-9_-]{22,27}\\.[a-z0-9_-]{6}\\.[a-z0-9_-]{20,}|"
	  "mfa\\." DIGIT URL64 "{20,}|[0-9]{8,10}:[a-z0-9_-]{30,}|outlook\\.office\\.com/webhook|"
	  "webhook\\.office\\.com|eaacedeose0cba|eaa[a-z0-9]{40,}|ig(?:qv|aa)[a-z0-9]{20,}|"
	  "a{16,}[a-z0-9%]{10,}|syt_[a-z0-9]{4,}_|lin_(?:api|oauth)_", NULL },
	{ "payment key", SECRET, ALWAYS, WORD,
	  "[srp]k_(?:live|test|prod)_[a-z0-9]{4,}|whsec_[a-z0-9+/]{10,}|sq0[a-z]{3}-" URL64 "{10,}|"
	  "eaaa[a-z0-9_-]{40,}|access_token\\$|access-(?:sandbox|development|production)-|"
	  "(?:public|link)-(?:sandbox|development|production)-" HEX "{8}|flw(?:pubk|seck)|"
	  "rzp_(?:live|test)_|shp(?:at|ca|pa|ss|tka|ua)_" HEX "{16,}|ez[at]k[a-z0-9]{20,}|"
	  "duffel_(?:live|test)_|shippo_(?:live|test)_|(?:live|test)_(?:pub_)?" HEX "{30,}|"
	  "(?:live|test)_" DIGIT "[a-z0-9]{28,}|pdl_(?:live|sdbx)_|aqe[a-z0-9]{5}\\.", NULL },
	{ "registry token", SECRET, ALWAYS, WORD,
	  "npm_[a-z0-9]{20,}|pypi-ag[a-z0-9_-]{6,}|rubygems_" HEX "{16,}|cio[a-z0-9]{30,}|"
	  "oy2[a-z0-9]{30,}|dckr_[a-z]{2,4}_|akcp[a-z0-9]{10,}|clojars_[a-z0-9]{16,}|jsr[pt]_[a-z0-9]{20,}",
	  NULL },
	{ "AI provider key", SECRET, ALWAYS, WORD,
	  "sk-(?:ant|proj|svcacct|admin|none|or|lf)-[a-z0-9_-]{6,}|sk-[a-z0-9]{16,}|sess-[a-z0-9]{20,}|"
	  "hf_[a-z0-9]{20,}|api_org_[a-z]{20,}|r8_[a-z0-9]{20,}|gsk_[a-z0-9]{20,}|xai-[a-z0-9]{20,}|"
	  "pplx-[a-z0-9]{20,}|fw_[a-z0-9]{20,}|nvapi-" URL64 "{20,}|lsv2_(?:pt|sk)_|ls__" HEX "{16,}|"
	  "tvly-[a-z0-9-]{10,}|e2b_" HEX "{20,}|fc-" HEX "{16,}|jina_[a-z0-9]{20,}|co-[a-z0-9]{30,}|"
	  "pcsk_[a-z0-9_]{20,}|pa-[a-z0-9]{30,}|tgp_v1_|csk-[a-z0-9]{20,}|sk_[a-z0-9]{24,}|"
	  "sk-[a-z0-9_-]*[0-9][a-z0-9_-]*[a-z][a-z0-9_-]{16,}", NULL },
	{ "monitoring key", SECRET, ALWAYS, WORD,
	  "nr(?:ak|js|ii|ra|aa|sp|iq)-" URL64 "{8,}|gls?[ac]_[a-z0-9+/=_]{16,}|eyjrijoi|sntry[su]_|"
	  "hc[a-z]{2}k_[a-z0-9]{10,}|dt0[a-z][0-9]{2}\\.|ph[cx]_[a-z0-9]{20,}|pd[su]s_[a-z0-9]{10,}|"
	  "u\\+" URL64 "{16,}", NULL },
	{ "service token", SECRET, ALWAYS, WORD,
	  "(?:sk|ac|ap|ca|cn|mg|pn|ne|qu|rb)" HEX "{32}|sg\\." URL64 "{10,}\\.|(?:pub)?key-" HEX "{16,}|"
	  HEX "{32}-us[0-9]{1,2}|x(?:keys|smtps)ib-|secret_[a-z0-9]{20,}|ntn_[a-z0-9]{20,}|"
	  "pat" DIGIT "[a-z0-9]{14}\\.|key" DIGIT "[a-z0-9]{14}" END "|fig[douhr]{1,2}_" URL64 "{16,}|"
	  "sl\\.(?:u\\.)?" DIGIT URL64 "{20,}|tskey-|pmak-" HEX "{8,}|rdme_[a-z0-9]{20,}|"
	  "tfp_" URL64 "{16,}|waka_" HEX "{8}|fio-u-" URL64 "{16,}|s-s4t2|dnkey-|sha256~" URL64 "{16,}|"
	  "age-secret-key-|age1[a-z0-9]{30,}|00[a-z0-9_-]{40}|pnu_[a-z0-9]{16,}|apify_api_[a-z0-9]{10,}|"
	  "[ps]k\\.eyj|dt_[a-z0-9]{20,}|ory_[a-z]{2}_[a-z0-9]{10,}|(?:sdk|api|mob)-" HEX "{8}-" HEX "{4}|"
	  "rpa_[a-z0-9]{20,}|pat-[a-z]{2}[0-9]-|" HEX "{8}:" HEX "{8}" END "|"
	  "su(?=[a-z]*[0-9]+[a-z]+[0-9])[a-z0-9]{12}" END, NULL },
	{ "key material", SECRET, ALWAYS, WORD,
	  "aaaa[bce]3nzac|ssh-(?:rsa|dss|ed25519)[ _]aaaa|sha256:[a-z0-9+/]{43}|"
	  "(?:sha1|sha224|sha256|sha384|sha512|md5)[:=-]" HEX "{16,}|"
	  "0x" HEX "{40,}|bc1[a-z0-9]{25,}|[13][a-km-z1-9]{25,34}" END "|xprv[a-z0-9]{20,}|"
	  "[5kl][1-9a-km-z]{50,51}" END, NULL },
	{ "crypt hash", SECRET, ALWAYS, ANY,
	  "\\$(?:2[abxy]|1|5|6|y|7|argon2(?:id?|d)|pbkdf2[a-z0-9-]*|scrypt)\\$|\\{s?sha(?:256|512)?\\}",
	  NULL },
	{ "authorization", SECRET, ALWAYS, WORD,
	  "(?:bearer|basic|digest|negotiate)[ :=+]{1,3}[a-z0-9._~+/-]{8,}|"
	  "(?:authorization|cookie|set-cookie|x-api-key|x-auth-token)[ ]?[:=]", NULL },
	{ "credential", SECRET, ALWAYS, ANY,
	  "(?:password|passwd|passwort|passphrase|pwd|secret|token|api[_. -]?key|access[_. -]?key|"
	  "secret[_. -]?key|private[_. -]?key|client[_. -]?secret|auth[_. -]?key|credentials?|"
	  "session[_. -]?id|otp|pin)[\"'\\])]{0,2}[ ]{0,2}(?:=>?|:=)[ ]{0,2}[\"']?[^\\s\"']|"
	  "(?:password|passwd|passphrase|pwd)[\"']?[ ]{0,2}(?::|is |->)[ ]{0,2}[\"']?" NO_ACT "[a-z0-9]|"
	  "(?<![a-z])(?:secret|token|api[_.-]?key|access[_.-]?key)[\"']?[ ]{0,2}:[ ]{0,2}[\"']?" NO_ACT
	  "[a-z0-9_.+/-]{4,}|"
	  "(?:password|passwd|secret|token|key)[_.+-]" DIGIT "(?=[0-9_.-]*[a-z])"
	  "(?!v?[0-9.]+" END ")[a-z0-9]{10,}" END, NULL },

	/* --- people and their machines ---------------------------------------------------------- */
	{ "url", "[URL]", PII, WORD,
	  "(?:https?|hxxps?|ftps?|sftp|wss?|ssh|git|svn|file|ldaps?|smb|cifs|nfs|rtsp|mongodb|postgres|"
	  "postgresql|mysql|mariadb|mssql|redis|rediss|amqps?|mqtts?|kafka|s3|gs|data|jdbc|odbc|sqlite|"
	  "telnet|vnc|rdp|magnet|chrome|docker|[a-z]{2,10}\\+[a-z]{2,8})(?::[a-z]+)?:(?://|\\\\\\\\)|"
	  "www\\.[a-z0-9-]+\\.[a-z]|mailto:|jdbc:[a-z]+:", NULL },
	{ "email", "[EMAIL]", PII, WORD,
	  "[a-z0-9][a-z0-9_.%+'-]{0,63}@(?=[a-z0-9.-]*[a-z])(?:[a-z0-9-]+\\.)*[a-z0-9-]*[a-z0-9]", NULL },
	{ "email in words", "[EMAIL]", PII, WORD,
	  "[a-z0-9][a-z0-9_.+-]{0,40}?[ ._(\\[{<-]{1,3}at[ ._)\\]}>-]{1,3}[a-z0-9-]{1,40}?"
	  "(?:(?:[ _(\\[{<-]{1,3}dot[ _)\\]}>-]{1,3}|\\.dot\\.|\\.)[a-z0-9-]{1,40}?){0,3}"
	  "(?:[ ._(\\[{<-]{1,3}dot[ ._)\\]}>-]{1,3}|\\.)(?:com|org|net|edu|gov|io|de|uk|fr|co|eu|info|me|"
	  "dev|ch|at|nl|es|it|pl|se|ca|au|jp|in|br|us|test|example|invalid)" END, NULL },
	{ "iban", "[IBAN]", PII, WORD, "[a-z]{2}[0-9]{2}(?:[ ._-]?[a-z0-9]){11,30}" END, check_iban },
	{ "uuid", "[ID]", PII, WORD,
	  HEX "{8}([._:-]?)" HEX "{4}\\1" HEX "{4}\\1" HEX "{4}\\1" HEX "{12}", NULL },
	{ "mac", "[MAC]", PII, WORD,
	  HEX "{2}([:_-])" HEX "{2}(?:\\1" HEX "{2}){4,6}" END "|"
	  HEX "{4}([.:-])" HEX "{4}\\2" HEX "{4}" END "|"
	  HEX "{6}[:-]" HEX "{6}" END, check_mixed },
	{ "mac", "[MAC]", PII, WORD,
	  "[0-9]{2}([:-])[0-9]{2}(?:\\1[0-9]{2}){4}" END, check_digits },
	{ "mac", "[MAC]", PII, WORD, "(?<![a-z0-9_.:+-])" HEX "{12}(?![a-z0-9_.:+-])", check_mixed },
	{ "ipv6", "[IP]", PII, ANY,
	  "(?<![a-z0-9])(?=[0-9a-f.]*:[0-9a-f.]*:)[0-9a-f:.]{3,45}(?<![.])(?![a-z0-9:])", check_ipv6 },
	{ "ipv4", "[IP]", PII, NUMBER,
	  "(?<![0-9][.])(?<!(?<![a-z0-9])v)(?![1-9]\\.0\\.0\\.0(?![0-9]))(?:" OCTET "\\.){3}" OCTET
	  "(?![0-9])(?![.][0-9])|(?:" OCTET "(?:\\[\\.\\]|\\(\\.\\))){3}" OCTET, NULL },
	{ "ipv4", "[IP]", PII, WORD,
	  "(?:ip|ec2|host|node|addr|address|client|server|peer|static|dhcp)[_.:-]?"
	  "(?:[0-9]{1,3}([_-])[0-9]{1,3}\\1[0-9]{1,3}\\1)[0-9]{1,3}" END "|"
	  "(?:10|127|172|192|169)([_-])[0-9]{1,3}\\2[0-9]{1,3}\\2[0-9]{1,3}" END, NULL },
	{ "ssn", "[SSN]", PII, NUMBER, "[0-9]{3}(" SEP ")[0-9]{2}\\1[0-9]{4}" NO_MORE, NULL },
	{ "card", "[CARD]", PII, NUMBER,
	  "(?:[0-9]{2,}(?:[ ._-]{1,3}[0-9]{2,}){0,7}|[0-9](?:[ ._-][0-9]){12,18})(?![0-9])", check_card },
	{ "phone", "[PHONE]", PII, NUMBER,
	  "(?:1" SEP "?)?\\(?[0-9]{3}\\)?(?:" SEP "|\\) ?)[0-9]{3}" SEP "[0-9]{4}" NO_MORE "|"
	  NO_LIMIT "(?:1" SEP "?)?[2-9][0-9]{2}" SEP "?[2-9][0-9]{2}" SEP "?[0-9]{4}" NO_MORE "|"
	  "(?<![a-z0-9_.:+-])[0-9]{3}[-_][0-9]{4}(?![a-z0-9_.:+-])", NULL },
	{ "phone", "[PHONE]", PII, NUMBER,
	  "(?:(?<![0-9][.])(?<!-)\\(?0[0-9]{1,4}|(?<=-)0[0-9]{2,4})[)]?[ ._/-]{1,2}[0-9]{2,4}(?:[ ._-]?[0-9]{2,4}){1,4}" NO_MORE "|"
	  "00[1-9](?:" SEP "?[0-9]){8,13}" NO_MORE "|[0-9]{5}[ -][0-9]{5}" NO_MORE, check_digits },
	{ "phone", "[PHONE]", PII, ANY, "(?<![a-z0-9])\\+[0-9](?:[ ._()/-]{0,2}[0-9]){6,14}(?![0-9])|"
	  "(?<![a-z0-9])(?:tel|phone|mobile|cell|fax|call|sms)[ .:=_+-]{1,3}\\(?[0-9]"
	  "(?:[ ._()/-]{0,2}[0-9]){5,14}(?![0-9])", NULL },
	{ "national id", "[ID]", PII, WORD,
	  "(?:ssn|itin|nino|nhs|dob|birth(?:day|date)?|passport|license|licence|aadhaar|imei|imsi|iccid|"
	  "meid|vin|account|acct|iban|routing|tax[_-]?id)[ .:=_#-]{1,3}(?=[^0-9]{0,4}(?:[0-9][^0-9]{0,2}){6})|"
	  "[a-z]{2}[ _-]?[0-9]{2}[ _-]?[0-9]{2}[ _-]?[0-9]{2}[ _-]?[a-d]" END "|"
	  "(?-i:[A-Z]{5}[0-9]{4}[A-Z])" END "|[a-z]{5}(?!19|20)[0-9]{4}[a-z]" END "|"
	  "[stfgm][0-9]{7}[a-z]" END "|[xyz]-?[0-9]{7}-?[a-z]" END "|[0-9]{6}-[1-8][0-9]{6}" END "|"
	  "[a-z]{6}[0-9]{2}[a-z][0-9]{2}[a-z][0-9]{3}[a-z]" END "|[0-9]{6}[+-][0-9]{3}[a-z]" END "|"
	  "[0-9]{4}(" SEP ")[0-9]{4}\\1[0-9]{4}" NOTHING "|[0-9]{3}([ -])[0-9]{3}\\2[0-9]{3}" END "|"
	  "[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}" END "|[1-9]eg[0-9]-?[a-z]{2}[0-9]", NULL },
	{ "national id", "[ID]", PII, WORD,
	  "[0-9]{8}(?=-?[a-z]" END ")|[a-z]{1,2}[0-9]{8}" END, check_number },
	{ "number", "[NUMBER]", PII, NUMBER, NO_LIMIT "[0-9]{9,}+", check_number },
	{ "coordinates", "[LOCATION]", PII, ANY,
	  "(?<![0-9])(?<![0-9][.])-?[0-9]{1,2}\\.[0-9]{3,}(?:\\s{0,2}[,;:/|_+ ]\\s{0,2})[+-]?[0-9]{1,3}\\.[0-9]{3,}",
	  check_coordinates },
	{ "coordinates", "[LOCATION]", PII, ANY,
	  "(?<![a-z0-9])(?:lat|lon|lng|long|latitude|longitude|geo|coords?|position|gps)[ .:=_+-]{1,3}"
	  "-?[0-9]{1,3}\\.[0-9]{2,}|(?<![0-9.])[0-9]{1,3}\\.[0-9]{4,}[ _]?[nsew]" END "|"
	  "[0-9]{1,3}\xc2\xb0[ ]?[0-9]{1,2}|"
	  "(?<![a-z0-9])[2-9cfghjmpqrvwx]{8}\\+[2-9cfghjmpqrvwx]{2,3}(?![a-z0-9])", NULL },
	{ "host name", "[HOST]", PII, WORD,
	  "[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+\\.(?:com(?![a-z0-9_])|(?:org|edu|gov|mil|de|uk|fr|eu|ch|nl|ru|"
	  "cn|jp)" NO_LABEL ")|[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)*\\.(?:" OWN_NET "|home\\.arpa)" NO_LABEL "|"
	  "[a-z][a-z0-9]*-[a-z0-9-]*\\.(?:" OWN_NET ")(?![a-z0-9_])|"
	  "(?-i:[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+\\.(?:net|io))" NO_LABEL, NULL },

	/* --- files ------------------------------------------------------------------------------ */
	{ "path", "[USER_PATH]", PATTERN_PATH, ANY,
	  "(?<![a-z0-9/\\\\])(?:~[a-z0-9_.-]*|\\.{1,2})?/[a-z0-9._@%+~-]|"
	  "/(?:home|users|root|etc|usr|var|tmp|opt|mnt|media|srv|proc|sys|dev|private|data|run|lib|bin|"
	  "sbin|snap|volumes|library|applications|windows)/|"
	  "(?<![a-z])[a-z]:[\\\\/]|\\\\\\\\[a-z0-9.?$-]+\\\\|%(?:userprofile|appdata|localappdata|temp|tmp|"
	  "homepath|windir|systemroot|programfiles)%|(?:users|home|documents and settings)\\\\", NULL },
	{ "environment", "[ENVIRONMENT]", ALWAYS, WORD,
	  "[a-z_][a-z0-9_]{0,63}=(?!=)[^\\s=]|export[ ]+[a-z_]|set[ ]+[a-z_]+=", NULL },
	{ "environment", "[ENVIRONMENT]", ALWAYS, ANY, "\\$\\{?[a-z_]|\\$env:|%[a-z_]{2,}%", NULL },

	/* --- what only looks like one ----------------------------------------------------------- */
	{ "hex digest", "[HASH]", ALWAYS, WORD, HEX "{16,}+(?![0-9a-z])", check_mixed },
	{ "hex digest", "[HASH]", ALWAYS, ANY, HEX "{32,}+", check_mixed },
	{ "high entropy", SECRET, ALWAYS, WORD, "[a-z0-9]{12,}+", check_is_random },
	{ "high entropy", SECRET, ALWAYS, WORD, "[a-z0-9][a-z0-9_+/=.-]{23,}+", check_is_random },
};
/* clang-format on */

const struct pattern_rule *pattern_rules_at(size_t index)
{
	return index < sizeof(rules) / sizeof(rules[0]) ? &rules[index] : NULL;
}
