/** F: article read. F2: reported. K: to confirm. I: our inference. Only F may be presented as law. */
export type Mark = 'F' | 'F2' | 'K' | 'I';

export interface LawCitation {
  law: string;
  article: string;
  mark: Mark;
}

/** The revision we read, once, for every short title used in code. */
export const REVISIONS: Record<string, string> = {
  程序规定: '市场监督管理行政处罚程序规定(2018令2号, 2021令42号, 2022令61号)',
  行政处罚法: '行政处罚法(2021)',
  电子商务法: '电子商务法(2018)',
  反不正当竞争法: '反不正当竞争法(2025修订, 2025-10-15施行)',
  广告法: '广告法(2021)',
  网络交易监督管理办法: '网络交易监督管理办法(令37号, 2021)',
  电子商务信用管理制度: '交城县电子商务进农村综合示范项目电子商务信用管理制度(交电商办〔2022〕4号)',
  电子标识规则: '电子标识管理规则(本系统拟定, 待确认)',
};

/** A citation as data; `article` is what stands behind "art.", such as 57 or "13(2)". */
export function law(title: string, article: number | string, mark: Mark = 'F'): LawCitation {
  return { law: title, article: String(article), mark };
}

/** `《行政处罚法》第57条`; a citation that is not read law says so behind it. */
export function citationZh({ law: title, article, mark }: LawCitation): string {
  const text = `《${title}》第${article}条`;
  return mark === 'F' ? text : `${text}(待确认)`;
}
