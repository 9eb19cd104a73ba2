/** Characters a password needs: NIST SP 800-63B asks for eight at least where nothing else protects the account less. */
const PASSWORD_LENGTH_MIN = 8

/** Passwords that guessing tools try first; length rules let all of them pass. */
const COMMON = new Set(
  (
    'password password1 password12 password123 passw0rd p@ssw0rd p@ssword1 12345678 123456789 1234567890 11111111 00000000 87654321 ' +
    'qwertyui qwertyuiop qwerty123 qwerty12 1q2w3e4r 1qaz2wsx asdfghjkl zxcvbnm1 abcdefgh abc12345 abcd1234 iloveyou sunshine princess ' +
    'football baseball superman batman123 trustno1 welcome1 welcome123 letmein1 letmein123 monkey123 dragon123 master123 ' +
    'admin123 administrator admin1234 adminadmin changeme changeme1 default1 secret123 test1234 testtest rootroot'
  ).split(' '),
)

/** What is wrong with a password, as texts for its owner; empty when it is acceptable. Composition rules are left out: they make passwords worse. */
export function passwordFaults(password: string, email: string): readonly string[] {
  const faults: string[] = []
  const lower = password.toLowerCase()
  const [name = ''] = email.toLowerCase().split('@')
  if (password.length < PASSWORD_LENGTH_MIN) faults.push(`must have at least ${PASSWORD_LENGTH_MIN} characters`)
  if (COMMON.has(lower)) faults.push('must not be one of the most common passwords')
  if (new Set(lower).size < 4) faults.push('must have at least 4 different characters')
  if (lower === email.toLowerCase() || lower === name) faults.push('must not be the email address')
  return faults
}
