"""The cases of the oracle: seed and features of each, chosen so that every feature binds in many of them."""

from __future__ import annotations

TABLE = """\
10001 chilled keep_together
10003 chain crossing carbon_price
10004 three_departures lifts segregation
10005 chain gauge capacity
10006 door_move throughput surcharge rental
10007 allotment charter crossing
10008 headway storage carbon_price
10009 three_moves yard plugs
10010 driver_breaks value_of_time rental
10011 vetoes lateness
10012 parts charter opening
10013 plugs sealed value_of_time weight_limit
10014 pooling must_serve modes
10015 swap_bodies capacity carbon_price
10016 adr spot
10018 tours weight_classes
10019 headway gauge weight_limit
10020 throughput must_serve
10022 door_move yard swap_bodies modes
10024 driver_breaks must_serve
10025 three_moves vetoes must_serve
10026 door_move parts surcharge
10027 chain plugs segregation
10028 lifts yard keep_together
10029 allotment weight_classes
10031 driver_breaks adr lateness
10032 vetoes opening
10033 storage chilled parts
10034 three_departures spot crossing
10035 pooling tours charter
10036 headway lifts spot
10037 adr vetoes sealed
10038 headway plugs capacity segregation
10039 parts keep_together
10040 pooling spot capacity weight_limit
10043 throughput modes
10044 chain three_departures gauge
10045 driver_breaks weight_classes segregation
10046 pooling surcharge segregation
10047 headway yard allotment lateness
10048 door_move storage
10049 three_departures three_moves sealed
10050 rental opening
10052 plugs adr value_of_time
10053 lifts spot weight_classes
10055 swap_bodies allotment weight_limit
10056 chain must_serve
10057 storage chilled allotment capacity
10059 charter keep_together
10064 lateness modes
10065 tours allotment value_of_time must_serve
10066 three_departures crossing modes
10068 door_move opening
10071 throughput vetoes swap_bodies
10072 chilled carbon_price
10073 lifts chilled capacity rental
10074 lifts storage weight_limit
10075 tours vetoes spot surcharge
10076 plugs chilled modes
10078 yard adr keep_together
10079 three_moves sealed capacity
10080 parts gauge lateness
10084 chain opening
10085 headway weight_classes charter
10088 adr vetoes
10089 must_serve segregation
10090 parts surcharge segregation
10091 yard weight_limit modes
10092 throughput crossing
10093 pooling tours yard
10094 three_departures weight_classes
10095 door_move spot modes
10097 chilled parts value_of_time
10098 throughput carbon_price
10099 parts segregation
10100 allotment modes keep_together opening
10101 sealed swap_bodies
10102 swap_bodies weight_classes rental
10103 three_moves driver_breaks gauge
10104 chain vetoes must_serve
10105 three_moves adr weight_classes opening
10106 spot charter carbon_price weight_limit
10107 parts capacity
10108 pooling three_moves weight_limit
10109 pooling plugs must_serve rental
10110 headway lifts spot crossing
10112 storage gauge weight_limit
10113 keep_together opening
10114 tours vetoes keep_together
10117 three_departures door_move driver_breaks
10118 lifts lateness
10119 sealed lateness keep_together
10121 yard parts surcharge must_serve
10123 adr crossing value_of_time keep_together
10124 chain rental segregation
10125 plugs parts sealed
10126 chilled vetoes charter
10127 must_serve weight_limit modes
10130 throughput swap_bodies spot must_serve
10131 spot modes segregation
10132 three_departures door_move rental
10133 plugs keep_together opening
10134 gauge capacity carbon_price weight_limit
10135 parts spot surcharge lateness
10137 driver_breaks value_of_time
10138 tours weight_classes
10140 chain door_move
10142 lifts value_of_time opening
10143 three_moves headway adr
10145 vetoes crossing weight_limit
10146 yard storage charter
10148 parts must_serve opening
10149 swap_bodies gauge modes
10153 door_move tours modes
10155 chain three_departures three_moves
10156 lifts modes
10157 storage lateness segregation
10158 parts gauge keep_together
10159 driver_breaks surcharge carbon_price
10160 allotment rental
10161 plugs vetoes surcharge
10162 pooling carbon_price
10163 pooling capacity
10164 headway driver_breaks swap_bodies segregation
10165 three_departures must_serve
10166 adr parts allotment lateness
10168 throughput sealed allotment
10169 throughput value_of_time
10170 chilled charter opening
10171 parts sealed lateness rental
10173 weight_classes must_serve
10174 yard storage
10175 three_moves vetoes
10176 tours chilled modes segregation
10177 headway allotment spot
10178 parts carbon_price weight_limit
10179 pooling driver_breaks sealed
10180 tours charter keep_together
10181 door_move surcharge capacity segregation
10182 chain spot value_of_time
10183 lifts vetoes parts swap_bodies
10184 chain lifts charter crossing
10185 lifts parts gauge
10186 pooling vetoes must_serve
10187 three_moves spot crossing must_serve
10188 chain carbon_price must_serve
10189 storage must_serve
10191 spot weight_limit modes
10192 driver_breaks must_serve
10193 plugs parts keep_together
10194 yard crossing
10195 headway swap_bodies opening
10196 parts allotment gauge capacity
10198 chilled parts carbon_price
10200 plugs chilled parts surcharge
20001 tours vetoes weight_classes carbon_price
20002 headway charter gauge
20003 three_departures modes
20004 door_move rental
20005 headway storage driver_breaks sealed
20007 parts surcharge segregation
20008 plugs crossing carbon_price
20009 yard spot surcharge opening
20010 three_moves must_serve
20011 lifts throughput adr keep_together
20012 three_moves lateness weight_limit
20014 headway chilled value_of_time
20015 pooling chain
20016 door_move driver_breaks lateness
20017 swap_bodies allotment weight_classes
20018 spot charter keep_together
20020 chain lifts rental
20021 pooling tours chilled
20022 adr weight_classes charter capacity
20023 yard parts lateness
20027 door_move sealed surcharge opening
20028 adr spot value_of_time must_serve
20029 yard storage gauge
20030 adr parts
20031 crossing must_serve weight_limit
20033 pooling plugs swap_bodies
20034 vetoes lateness modes
20035 charter capacity segregation
20036 lifts allotment value_of_time
20037 yard lateness keep_together
20039 three_departures driver_breaks allotment weight_limit
20040 chain crossing opening
20042 parts weight_classes carbon_price segregation
20043 spot keep_together
20044 storage adr weight_limit
20046 throughput chilled gauge lateness
20049 three_moves capacity weight_limit
20051 headway sealed
20053 driver_breaks parts
20054 chain yard
20055 door_move vetoes
20056 crossing capacity keep_together
20057 weight_classes modes rental
20059 lifts gauge
20060 crossing value_of_time segregation
20063 door_move parts sealed must_serve
20065 tours swap_bodies allotment
20066 yard plugs value_of_time
20067 chilled spot modes
20068 three_departures keep_together
20069 throughput plugs
20071 chain sealed surcharge capacity
20072 door_move adr
20073 lifts rental
20074 three_moves plugs carbon_price
20075 pooling crossing keep_together
20076 storage must_serve
20077 chain driver_breaks modes
20078 gauge must_serve
20079 headway yard opening
20080 charter surcharge
20082 door_move swap_bodies gauge
20083 three_moves vetoes parts
20084 throughput swap_bodies crossing opening
20085 door_move crossing must_serve opening
20086 door_move tours storage segregation
20088 lifts vetoes value_of_time
20093 three_departures charter carbon_price
20094 throughput chilled
20095 spot carbon_price rental keep_together
20096 yard adr
20097 storage gauge capacity
20098 yard charter must_serve segregation
20100 chain allotment value_of_time
20101 pooling driver_breaks value_of_time weight_limit
20102 headway parts value_of_time carbon_price
20103 plugs vetoes capacity
20104 chain carbon_price opening
20105 parts weight_classes
20106 three_moves gauge opening
20108 pooling tours vetoes
20109 three_moves surcharge keep_together
20110 sealed opening
20111 headway allotment spot opening
20112 door_move parts
20113 chain surcharge segregation opening
20114 tours must_serve modes
20115 three_departures must_serve weight_limit
20117 door_move storage chilled spot
20118 driver_breaks adr
20119 throughput rental
20120 three_moves lifts vetoes rental
20122 vetoes weight_classes segregation
20123 three_moves lifts swap_bodies
20124 allotment surcharge weight_limit
20125 plugs vetoes modes
20127 three_departures weight_limit segregation
20131 lifts lateness
20134 gauge capacity segregation
20135 yard adr surcharge keep_together
20136 throughput chilled rental opening
20139 vetoes spot charter must_serve
20140 tours parts capacity
20141 pooling chain
20142 adr sealed
20143 door_move keep_together
20144 headway must_serve
20145 driver_breaks swap_bodies opening
20147 storage parts modes
20148 door_move weight_classes
20150 headway parts segregation
20152 chain spot
20153 yard allotment
20154 plugs gauge lateness
20155 lifts spot
20156 storage sealed must_serve segregation
20158 door_move chilled vetoes gauge
20159 pooling headway modes
20160 three_departures swap_bodies
20161 parts charter opening
20163 parts weight_classes weight_limit
20164 headway lifts crossing
20165 lifts driver_breaks lateness
20166 parts capacity
20167 lifts parts surcharge carbon_price
20168 sealed weight_classes opening
20169 tours storage spot must_serve
20170 headway parts must_serve
20171 chilled adr
20172 chain throughput driver_breaks
20173 pooling storage chilled parts
20175 lifts allotment gauge opening
20176 lifts adr charter opening
20177 crossing carbon_price must_serve
20178 parts value_of_time
20179 vetoes parts carbon_price rental
20180 throughput crossing modes
20181 swap_bodies capacity value_of_time
20182 weight_classes lateness rental
20183 chain allotment charter
20184 door_move yard keep_together
20185 door_move opening
20186 pooling lifts sealed spot
20187 plugs parts gauge
20188 parts allotment weight_classes
20189 throughput swap_bodies opening
20191 three_moves chilled gauge opening
20192 spot surcharge must_serve
20193 tours sealed swap_bodies lateness
20194 driver_breaks segregation
20195 plugs chilled vetoes
20196 headway parts swap_bodies must_serve
20197 driver_breaks adr weight_classes
20198 crossing modes
20199 pooling rental
30001 three_departures storage
30002 three_departures surcharge
30003 headway storage parts
30004 throughput surcharge
30006 parts weight_classes
30007 tours weight_limit
30008 tours lifts crossing
30009 storage adr parts
30011 tours lateness rental
30012 tours weight_classes
30013 parts gauge
30014 three_moves throughput
30016 pooling parts
30017 throughput value_of_time opening
30018 tours vetoes segregation
30019 tours surcharge
30021 tours surcharge
30022 throughput yard weight_limit
30024 throughput sealed value_of_time
30025 throughput weight_classes
30026 parts rental
30027 vetoes parts
30028 pooling tours
30029 parts modes
30030 adr parts crossing
30031 tours charter
30032 three_departures lateness
30033 three_departures storage
30035 tours driver_breaks rental
30036 pooling tours opening
40001 three_departures crossing
40002 tours gauge
40004 tours surcharge
40007 tours vetoes
40009 three_departures spot
40010 tours driver_breaks
40014 three_departures opening
40016 three_departures vetoes
40018 parts keep_together
40019 throughput value_of_time
40020 tours carbon_price
40023 throughput value_of_time
40024 pooling three_departures
40025 throughput opening
50036 sealed gauge storage must_serve opening headway
50118 headway storage plugs three_departures opening vetoes
"""

CASES = [(int(line.split()[0]), tuple(line.split()[1:])) for line in TABLE.splitlines()]


def case_id(case: tuple[int, tuple[str, ...]]) -> str:
    return f"{case[0]}-{'-'.join(case[1])}"
