/** What crm is told in tests that send nothing: the far ends are nowhere, and messages wait. */
export const nowhere = {
  AFTERSALES_PUBLIC_URL: 'http://127.0.0.1:9/crm',
  AFTERSALES_SMTP_URL: 'smtp://127.0.0.1:9',
  AFTERSALES_SMS_URL: 'http://127.0.0.1:9/sms',
  AFTERSALES_SMS_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};
