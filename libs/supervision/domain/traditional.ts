/**
 * Traditional characters of the words that the rule library looks for, each followed by its simplified form. Only those: a page is
 * folded so that rules find their words, not translated. A test asks that no pair is idle.
 */
const PAIRS =
  '萬万專专業业絲丝個个箇个為为爲为書书買买爭争虧亏產产産产親亲僅仅倉仓價价優优會会傳传偽伪僞伪體体傭佣關关養养內内冊册軍军農农準准減减擊击別别製制劑剂務务' +
  '動动勵励勞劳醫医協协單单賣卖廠厂歷历壓压發发髮发員员聽听團团國国圖图場场墊垫處处備备復复複复頭头獎奖學学實实審审對对導导壽寿層层幣币廣广開开彈弹強强歸归' +
  '錄录態态戶户執执掃扫搶抢報报擬拟掛挂換换據据採采無无時时曬晒術术機机殺杀權权極极槍枪櫃柜標标檢检樓楼氣气沒没濕湿漲涨煙烟菸烟點点現现獨独貓猫電电療疗監监' +
  '盤盘眞真礦矿碼码禮礼種种稱称稅税穩稳競竞簽签簡简紅红級级紙纸線线綫线細细終终經经絕绝絶绝統统績绩續续編编網网職职膽胆勝胜臺台艦舰節节薦荐藥药營营虛虚蟲虫' +
  '補补裝装規规視视計计訂订認认證证評评訴诉話话調调註注負负賬账帳账貨货質质購购費费資资賺赚贊赞讚赞轉转軟软較较達达過过運运還还進进遠远違违連连選选遞递適适' +
  '釋释針针鉀钾銀银銷销鎖锁鏡镜長长門门間间隊队陣阵險险隱隐隻只祇只靜静頂顶項项領领題题額额風风饋馈驗验騙骗魚鱼鮮鲜鰣鲥鱉鳖鼈鳖鳥鸟鷹鹰黃黄號号數数後后倣仿' +
  '祕秘';

const SIMPLIFIED = new Map(Array.from({ length: PAIRS.length / 2 }, (_, index) => [PAIRS[index * 2]!, PAIRS[index * 2 + 1]!]));

export const simplifiedOf = (char: string): string => SIMPLIFIED.get(char) ?? char;

export const foldedCharacters = (): readonly (readonly [traditional: string, simplified: string])[] => [...SIMPLIFIED];
