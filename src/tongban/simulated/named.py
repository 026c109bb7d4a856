"""Residents with a story, made for the journey and for tests. Like all others they do not exist."""

from datetime import date

from tongban.simulated.names import EMPLOYERS
from tongban.simulated.numbers import citizen
from tongban.simulated.resident import Insurance, Job, Marriage, Pension, Permit, Relief, Resident

_GUIFANG = citizen("310110", date(1948, 3, 12), 28)
_JIANGUO = citizen("310110", date(1972, 9, 30), 15)
_LIPING = citizen("310107", date(1974, 5, 8), 42)
_XIAOYU = citizen("310107", date(2004, 7, 19), 26)
_NEW_FATHER = citizen("310104", date(1994, 2, 11), 51)
_NEW_MOTHER = citizen("320508", date(1995, 12, 3), 64)
_BABY = citizen("310104", date(2026, 10, 9), 31)

_HOME_JIANGUO = "上海市普陀区长寿路街道光明路128弄6号1102室"
_HOME_NEW = "上海市徐汇区天平路街道公园路66弄3号501室"
_WEDDING = Marriage("J310107-1999-001018", date(1999, 10, 18), "上海市普陀区民政局婚姻登记中心")
_WEDDING_NEW = Marriage("J310104-2024-000520", date(2024, 5, 20), "上海市徐汇区民政局婚姻登记中心")

GUIFANG = Resident(
    number=_GUIFANG,
    name="沈桂芳",
    sex="female",
    birth=date(1948, 3, 12),
    card_from=date(2009, 6, 1),
    card_until=None,
    hukou_place="310110009",
    hukou_address="上海市杨浦区四平路街道和平路315弄12号203室",
    hukou_book="310110000000315",
    residence_place="310112101",
    residence_address="上海市闵行区莘庄镇幸福路88弄21号102室",
    marital="丧偶",
    children=(_JIANGUO,),
    pension=Pension("resident", "1380.00", date(2003, 4, 1)),
    insurance=Insurance("3100000481", "resident", True, date(2008, 1, 1)),
)
JIANGUO = Resident(
    number=_JIANGUO,
    name="沈建国",
    sex="male",
    birth=date(1972, 9, 30),
    card_from=date(2019, 3, 4),
    card_until=None,
    hukou_place="310107015",
    hukou_address=_HOME_JIANGUO,
    hukou_book="310107000000128",
    residence_place="310107015",
    residence_address=_HOME_JIANGUO,
    marital="已婚",
    spouse=_LIPING,
    marriage=_WEDDING,
    mother=_GUIFANG,
    children=(_XIAOYU,),
    job=Job(EMPLOYERS[0][0], EMPLOYERS[0][1], "310117105", date(2011, 7, 1), "9650.00"),
    insurance=Insurance("3100000722", "employee", True, date(2001, 1, 1)),
)
LIPING = Resident(
    number=_LIPING,
    name="顾丽萍",
    sex="female",
    birth=date(1974, 5, 8),
    card_from=date(2020, 5, 6),
    card_until=None,
    hukou_place="310107015",
    hukou_address=_HOME_JIANGUO,
    hukou_book="310107000000128",
    relation="妻",
    residence_place="310107015",
    residence_address=_HOME_JIANGUO,
    marital="已婚",
    spouse=_JIANGUO,
    marriage=_WEDDING,
    children=(_XIAOYU,),
    insurance=Insurance("3100000743", "employee", False, date(2001, 1, 1)),
)
XIAOYU = Resident(
    number=_XIAOYU,
    name="沈小䶮",
    sex="female",
    birth=date(2004, 7, 19),
    card_from=date(2020, 8, 1),
    card_until=date(2030, 8, 1),
    hukou_place="310107015",
    hukou_address=_HOME_JIANGUO,
    hukou_book="310107000000128",
    relation="女",
    residence_place="310107015",
    residence_address=_HOME_JIANGUO,
    father=_JIANGUO,
    mother=_LIPING,
    birth_licence="P31040000719",
    insurance=Insurance("3100002046", "resident", True, date(2008, 1, 1)),
)
NEW_FATHER = Resident(
    number=_NEW_FATHER,
    name="陆𬱖",
    sex="male",
    birth=date(1994, 2, 11),
    card_from=date(2020, 1, 15),
    card_until=date(2040, 1, 15),
    hukou_place="310104003",
    hukou_address=_HOME_NEW,
    hukou_book="310104000000066",
    residence_place="310104003",
    residence_address=_HOME_NEW,
    marital="已婚",
    spouse=_NEW_MOTHER,
    marriage=_WEDDING_NEW,
    children=(_BABY,),
    job=Job(EMPLOYERS[2][0], EMPLOYERS[2][1], "310115004", date(2017, 7, 3), "18200.00"),
    insurance=Insurance("3100000941", "employee", True, date(2017, 7, 1)),
)
NEW_MOTHER = Resident(
    number=_NEW_MOTHER,
    name="钱㛃",
    sex="female",
    birth=date(1995, 12, 3),
    card_from=date(2022, 2, 1),
    card_until=date(2042, 2, 1),
    hukou_place="",
    hukou_address="江苏省苏州市姑苏区人民路8号",
    hukou_book="320508000000008",
    residence_place="310104003",
    residence_address=_HOME_NEW,
    permit=Permit("310104003000777", date(2026, 3, 2), date(2027, 3, 1)),
    marital="已婚",
    spouse=_NEW_FATHER,
    marriage=_WEDDING_NEW,
    children=(_BABY,),
    job=Job(EMPLOYERS[12][0], EMPLOYERS[12][1], "310104013", date(2019, 9, 2), "12300.00"),
    insurance=Insurance("3100000951", "employee", True, date(2019, 9, 1)),
)
BABY = Resident(
    number=_BABY,
    name="陆一鸣",
    sex="male",
    birth=date(2026, 10, 9),
    card_from=date(2026, 10, 28),
    card_until=date(2031, 10, 28),
    hukou_place="310104003",
    hukou_address=_HOME_NEW,
    hukou_book="310104000000066",
    relation="子",
    residence_place="310104003",
    residence_address=_HOME_NEW,
    father=_NEW_FATHER,
    mother=_NEW_MOTHER,
    birth_licence="P31260001009",
)
RELIEVED = Resident(
    number=citizen("310230", date(1966, 1, 1), 103),
    name="欧阳福生",
    sex="male",
    birth=date(1966, 1, 1),
    card_from=date(2015, 1, 9),
    card_until=None,
    hukou_place="310151101",
    hukou_address="上海市崇明区城桥镇建设路7弄2号101室",
    hukou_book="310151000000007",
    residence_place="310151101",
    residence_address="上海市崇明区城桥镇建设路7弄2号101室",
    marital="离婚",
    insurance=Insurance("3100000660", "resident", True, date(2008, 1, 1)),
    relief=Relief("DB00000066", "最低生活保障", "1595.00", date(2025, 12, 1), date(2026, 11, 30)),
    convicted=True,
)
EXPIRED_CARD = Resident(
    number=citizen("650104", date(1998, 6, 6), 84),
    name="阿依古丽·买买提",
    sex="female",
    birth=date(1998, 6, 6),
    nation="维吾尔",
    card_from=date(2014, 6, 20),
    card_until=date(2024, 6, 20),
    hukou_place="",
    hukou_address="新疆维吾尔自治区乌鲁木齐市新市区文化路8号",
    hukou_book="650104000000084",
    residence_place="310107015",
    residence_address="上海市普陀区长寿路街道新华路41弄1号304室",
    permit=Permit("310107015000321", date(2025, 4, 1), date(2026, 3, 31)),
    insurance=Insurance("3100000980", "resident", True, date(2021, 1, 1)),
)

NAMED = (GUIFANG, JIANGUO, LIPING, XIAOYU, NEW_FATHER, NEW_MOTHER, BABY, RELIEVED, EXPIRED_CARD)
